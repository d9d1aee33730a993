-- As cookies.lua, but each connection rests 10 ms on average before the next request: the number of connections sets the
-- load. At random, since else all of them would come at once, again and again.
require("cookies")

function delay() return math.random(0, 20) end
