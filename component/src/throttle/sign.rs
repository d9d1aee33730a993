//! What a suspicion is told by.

use super::counter::Counter;
use crate::time::Time;

/// It is told where it was not told lately, and its counter has more attempts than an honest client makes.
pub struct Sign {
    /// Why, as the event says it.
    pub reason: &'static str,
    /// What it is about, by its hash.
    pub subject: [u8; 32],
    /// It was not told since then.
    pub not_since: Time,
    /// The moment of the call.
    pub now: Time,
    /// Attempts that must be more than so many, since when; none where it is told whatever was tried.
    pub attempts: Option<(Counter, Time, i64)>,
}
