require("sessions")
local body = '{"email":"' .. (os.getenv("PERSON") or "p1") .. '@example.org","password":"' .. os.getenv("PASSWORD") .. '"}'
function request() return post(nil, body) end
