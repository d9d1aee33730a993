require("sessions")
rotate(function(session) return post(nil, '{"token":"' .. session.access .. '"}') end)
