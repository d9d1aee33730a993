-- Each of wrk's threads takes its share of the sessions, line by line: access token, refresh token, cookie.
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function share()
    local mine, line_number = {}, 0
    for line in io.lines(os.getenv("SESSIONS")) do
        if line_number % 2 == number then
            local access, refresh, cookie = line:match("(%S+) (%S+) (%S+)")
            mine[#mine + 1] = { access = access, refresh = refresh, cookie = cookie }
        end
        line_number = line_number + 1
    end
    return mine
end

-- Requests made from one session after the other.
function rotate(make)
    local mine, at = nil, 0
    function init() mine = share() end
    function request()
        at = at % #mine + 1
        return make(mine[at])
    end
end

function post(path, body)
    return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
end
