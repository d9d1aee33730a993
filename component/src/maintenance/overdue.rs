//! Housekeeping that is due and is kept from its turn. The row of the lease is anybody's who can write rows: whoever goes on writing
//! it holds everybody up, and must not do so in silence.

use crate::{
    context::Context,
    platform::Level,
    time::{Span, Time},
};
use std::sync::Mutex;

/// How long a process waits for its turn before it says so: several terms of a lease, and far more than any run takes.
const LONGEST_WAIT: Span = Span::minutes(5);
/// How often it says so, however often it is called.
const EVERY: Span = Span::minutes(1);

static STANDING: Mutex<Standing> = Mutex::new(Standing { since: None, told_at: None });

/// Since when this instance was kept from its turn, and when it last said so.
struct Standing {
    since: Option<Time>,
    told_at: Option<Time>,
}

/// Notes whether this instance got its turn, and tells the operator where it has waited for long. `done_at` is when housekeeping was last
/// done to the end, as a row says that anybody may have written.
pub fn look(ctx: &Context, has_turn: bool, done_at: Time) {
    let waited = STANDING.lock().ok().and_then(|mut standing| standing.look(ctx.now, has_turn, done_at));
    if let Some(waited) = waited {
        let words = "housekeeping is due, and others have held its lease for minutes: nothing may be sealed or removed";
        ctx.log(Level::Warn, words, &[("seconds", &waited.as_seconds().to_string())]);
    }
}

impl Standing {
    /// For how long it was kept from its turn, where that is to be told.
    fn look(&mut self, now: Time, has_turn: bool, done_at: Time) -> Option<Span> {
        if has_turn {
            *self = Self { since: None, told_at: None };
            return None;
        }
        // A moment that is still to come was none: somebody put the clock back.
        let since = *self.since.insert(self.since.filter(|since| *since <= now).unwrap_or(now));
        // An instance of a single request has waited for nothing: what the row says is all that it knows.
        let done_at = Some(done_at).filter(|done_at| *done_at > Time::default());
        let waited = now.since(done_at.map_or(since, |done_at| done_at.min(since)));
        let lately = self.told_at.is_some_and(|told_at| told_at.is_within(EVERY, now));
        if waited < LONGEST_WAIT || lately {
            return None;
        }
        self.told_at = Some(now);
        Some(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Standing = Standing { since: None, told_at: None };

    fn minute(n: i64) -> Time {
        Time(1_700_000_000_000) + Span::minutes(n)
    }

    #[test]
    fn it_is_told_after_five_minutes_and_then_once_a_minute() {
        let mut standing = NEW;
        // Whoever holds the lease says that all was just done.
        let mut told = |now| standing.look(now, false, now);
        assert!((0..5).all(|n| told(minute(n)).is_none()));
        assert_eq!(told(minute(5)), Some(Span::minutes(5)));
        assert_eq!(told(minute(5) + Span::seconds(30)), None);
        assert_eq!(told(minute(7)), Some(Span::minutes(7)));
    }

    #[test]
    fn a_turn_begins_it_anew() {
        let mut standing = NEW;
        assert_eq!(standing.look(minute(0), false, minute(0)), None);
        assert_eq!(standing.look(minute(4), true, minute(3)), None);
        assert_eq!(standing.look(minute(6), false, minute(5)), None);
        assert_eq!(standing.look(minute(11), false, minute(10)), Some(Span::minutes(5)));
    }

    #[test]
    fn an_instance_without_a_memory_goes_by_the_row() {
        let look = |done_at| Standing { ..NEW }.look(minute(10), false, done_at);
        assert_eq!(look(minute(4)), Some(Span::minutes(6)));
        assert_eq!(look(minute(8)), None);
        assert_eq!(look(Time::default()), None, "it was never done");
        assert_eq!(look(minute(99)), None);
    }
}
