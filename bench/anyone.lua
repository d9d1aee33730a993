-- With the argument PEOPLE: signs in anyone of so many, so that hardly a row is read twice.
require("sessions")
local people, password = 0, os.getenv("PASSWORD")

function init(arguments)
    people = tonumber(arguments[1])
    math.randomseed(os.time() + number)
end

function request()
    return post(nil, '{"email":"p' .. math.random(people) .. '@example.org","password":"' .. password .. '"}')
end
