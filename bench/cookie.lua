require("sessions")
rotate(function(session) return wrk.format("GET", nil, { Cookie = "mana_session=" .. session.cookie }) end)
