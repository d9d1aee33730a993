require("sessions")
rotate(function(session) return wrk.format("GET", nil, { Authorization = "Bearer " .. session.access }) end)
