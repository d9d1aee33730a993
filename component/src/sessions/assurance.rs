//! How sure the service is of who uses a session: what is asked before anything that a stolen session must not do.

use super::Session;
use crate::time::{SKEW, Span, Time};

/// How strongly somebody has proven who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// By one factor.
    OneFactor,
}

/// How strongly the user of a session has proven who they are, and how long ago.
#[derive(Clone, Copy, Debug)]
pub struct Assurance {
    /// How strongly.
    pub level: Level,
    /// How long ago; none where the proof lies ahead of now, as after a clock was put back: it counts as none.
    pub age: Option<Span>,
}

/// The assurance of a session at a moment. The age is that of the proof: a refresh, an exchange or a later end of the session renews
/// nothing.
#[must_use]
pub fn assurance(session: &Session, now: Time) -> Assurance {
    let is_past = session.auth_time <= now + SKEW;
    Assurance { level: Level::OneFactor, age: is_past.then(|| now.since(session.auth_time)) }
}

impl Assurance {
    /// Whether the proof is at least so strong, and no older.
    #[must_use]
    pub fn suffices(&self, level: Level, within: Span) -> bool {
        self.level >= level && self.age.is_some_and(|age| age <= within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_two_ends() {
        let of = |age| Assurance { level: Level::OneFactor, age };
        let suffices = |age| of(age).suffices(Level::OneFactor, Span::minutes(10));
        assert!(suffices(Some(Span(0))) && suffices(Some(Span::minutes(10))));
        assert!(!suffices(Some(Span::seconds(601))) && !suffices(None));
    }
}
