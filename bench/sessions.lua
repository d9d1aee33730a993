-- Each of wrk's threads takes its share of the sessions, line by line: access token, refresh token, cookie (for some
-- scripts a whole Cookie header).
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function share()
    local mine, line_number, of_threads = {}, 0, tonumber(os.getenv("THREADS") or 2)
    for line in io.lines(os.getenv("SESSIONS")) do
        if line_number % of_threads == number then
            local access, refresh, cookie = line:match("(%S+) (%S+) (.+)")
            mine[#mine + 1] = { access = access, refresh = refresh, cookie = cookie }
        end
        line_number = line_number + 1
    end
    return mine
end

-- Requests made from one session after the other; made once, since wrk shares the processors with what it measures.
function rotate(make)
    local requests, at = {}, 0
    function init()
        for _, session in ipairs(share()) do requests[#requests + 1] = make(session) end
    end
    function request()
        at = at % #requests + 1
        return requests[at]
    end
end

function post(path, body)
    return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
end
