//! PostgreSQL's SQLSTATE, by what a host makes of it.

/// The meaning of a SQLSTATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A unique or foreign-key constraint refused a row.
    Conflict,
    /// Others were in the way: the same again may succeed.
    InTheWay,
    /// It can't be written now, or not here: too many connections, no room, an operator at work, a standby.
    Unavailable,
    /// A value is refused. The server's message quotes it, so it must be shown to nobody.
    Value,
    /// The statement itself.
    Statement,
}

impl Fault {
    /// By the five characters of PostgreSQL's appendix A, and the name of the constraint if there is one.
    #[must_use]
    pub fn of(state: &str, constraint: &str) -> Self {
        match state {
            // Somebody else was faster with the next position: a session at a SQL prompt, which reads an older snapshot.
            "23505" if constraint == POSITIONS => Self::InTheWay,
            "23505" | "23503" => Self::Conflict,
            // Not serializable, a deadlock, a lock that was not to be had in time.
            "40001" | "40P01" | "55P03" => Self::InTheWay,
            // Read only; idle for too long; stopped by a time limit or an operator; a standby where a primary is needed.
            "25006" | "25P03" | "55000" | "57014" => Self::Unavailable,
            state if ["08", "53", "57", "58"].iter().any(|class| state.starts_with(class)) => {
                Self::Unavailable
            }
            state if state.starts_with("22") => Self::Value,
            _ => Self::Statement,
        }
    }
}

/// The key of the table whose ids are in the order of commits.
const POSITIONS: &str = "invalidations_pkey";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_tells_what_happened() {
        for (states, fault) in [
            (&["23505", "23503"][..], Fault::Conflict),
            (&["40001", "40P01", "55P03"], Fault::InTheWay),
            (&["25006", "25P03", "55000", "57014", "08006", "53100", "57P01", "58030"], Fault::Unavailable),
            (&["22P02", "22001"], Fault::Value),
            (&["23514", "42601", "42P01", "XX000"], Fault::Statement),
        ] {
            for state in states {
                assert_eq!(Fault::of(state, "users_pkey"), fault, "{state}");
            }
        }
        assert_eq!(Fault::of("23505", "invalidations_pkey"), Fault::InTheWay);
    }
}
