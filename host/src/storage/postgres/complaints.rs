//! What is wrong with the database, as the log has it: each complaint once in a while, and how often it came up in between. Every request makes one
//! while a database is away.

use crate::clock::Clock;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long the same complaint is held back.
const PAUSE: Duration = Duration::from_secs(10);

/// Of one database.
pub(super) struct Complaints {
    clock: Arc<dyn Clock>,
    made: Mutex<BTreeMap<&'static str, Made>>,
}

/// When a complaint was logged, and how often it was held back since.
struct Made {
    at: Duration,
    held_back: u64,
}

impl Complaints {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { clock, made: Mutex::default() })
    }

    /// What, and the cause in words that quote no value.
    pub(super) fn make(&self, what: &'static str, cause: &str) {
        if let Some(held_back) = self.is_due(what) {
            tracing::error!(error = cause, held_back, "{what}");
        }
    }

    /// How many were held back, where the next is logged.
    fn is_due(&self, what: &'static str) -> Option<u64> {
        let now = self.clock.elapsed();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match made.get_mut(what) {
            Some(made) if now.saturating_sub(made.at) < PAUSE => {
                made.held_back += 1;
                None
            }
            before => {
                let held_back = before.map_or(0, |made| made.held_back);
                made.insert(what, Made { at: now, held_back: 0 });
                Some(held_back)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TestClock;

    #[test]
    fn a_complaint_is_logged_once_in_a_while() {
        let clock = Arc::new(TestClock::default());
        let complaints = Complaints::new(clock.clone());
        assert_eq!(complaints.is_due("gone"), Some(0));
        assert_eq!(complaints.is_due("full"), Some(0), "another");
        for _ in 0..3 {
            assert_eq!(complaints.is_due("gone"), None);
        }
        clock.advance(PAUSE);
        assert_eq!(complaints.is_due("gone"), Some(3));
        assert_eq!(complaints.is_due("gone"), None);
    }
}
