require("sessions")
rotate(function(session) return wrk.format("GET", nil, { Cookie = session.cookie }) end)
