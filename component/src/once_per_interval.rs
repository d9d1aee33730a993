//! Something that is done once per interval for each subject: an event that would repeat, for example.

use crate::time::{Span, Time};
use lru::LruCache;
use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{LazyLock, Mutex},
};

/// How many subjects a [`OncePerInterval`] remembers.
const SUBJECTS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// When something was last done for each subject. Subjects must be of our own making: they are keys of a table.
pub struct OncePerInterval<K> {
    last: LazyLock<Mutex<LruCache<K, Time>>>,
    every: Span,
}

impl<K: Hash + Eq> OncePerInterval<K> {
    /// Nothing yet; for each subject, once in so long.
    pub const fn new(every: Span) -> Self {
        Self { last: LazyLock::new(|| Mutex::new(LruCache::new(SUBJECTS))), every }
    }

    /// Whether this is the first time for the subject within the interval; then the interval begins.
    pub fn is_first(&self, subject: K, now: Time) -> bool {
        let Ok(mut last) = self.last.lock() else { return true };
        // A clock that was put back silences nobody for as long.
        let first = last.get(&subject).is_none_or(|at| !(Span(0)..self.every).contains(&now.since(*at)));
        if first {
            last.put(subject, now);
        }
        first
    }

    /// Forgets the last time: what was to be done then was not.
    pub fn forget(&self, subject: &K) {
        if let Ok(mut last) = self.last.lock() {
            last.pop(subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_first_once_per_interval() {
        let reports = OncePerInterval::new(Span::minutes(1));
        assert!(reports.is_first(1, Time(0)));
        assert!(!reports.is_first(1, Time(59_999)));
        assert!(reports.is_first(2, Time(59_999)));
        assert!(reports.is_first(1, Time(60_000)));
        assert!(!reports.is_first(1, Time(60_001)));
        assert!(reports.is_first(1, Time(59_999)), "by a clock that was put back");
        reports.forget(&1);
        assert!(reports.is_first(1, Time(59_999)));
    }
}
