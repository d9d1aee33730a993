-- Each token is spent once and its successor put back: a thread has more chains than connections.
require("sessions")
local free = {}

function init()
    for _, session in ipairs(share()) do free[#free + 1] = session.refresh end
end

function request()
    return post(nil, '{"refreshToken":"' .. (table.remove(free, 1) or "none") .. '"}')
end

function response(status, _, body)
    free[#free + 1] = body:match('"refreshToken":"([^"]+)"')
end
