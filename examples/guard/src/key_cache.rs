//! How old keys may be, and when others are asked for. Pure: time is a parameter.
//!
//! ```text
//!  fetched ──── 4 min ────▶ a request has them renewed, and goes on with these
//!     │                                      5 min ────▶ too old: whoever comes waits for others, or gets no answer
//!     └── an unknown key: asked for others, at most once in 10 s
//! ```

use mana_auth_tokens::KeySet;
use std::{sync::Arc, time::Duration};

/// How long keys are used: as long as the service says that they may be (`max-age`). It publishes a key twice as
/// long before it signs with it, and a key that it revokes is refused here once this time is over.
const USED: Duration = Duration::from_secs(5 * 60);
/// From when on they are renewed in passing, so that a service that is out for less than a minute is not missed.
const RENEWED: Duration = Duration::from_secs(4 * 60);
/// How often an unknown key makes us ask: anybody can make up a token with one.
const UNKNOWN: Duration = Duration::from_secs(10);
/// How often the service is asked again where it does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// The keys that are held, and when they were asked for.
#[derive(Default)]
pub(crate) struct KeyCache {
    held: Option<CachedKeys>,
    last: Option<Attempt>,
}

/// Keys, and since when they are known: since before they were asked for.
#[derive(Clone)]
pub(crate) struct CachedKeys {
    pub(crate) keys: Arc<KeySet>,
    since: Duration,
}

struct Attempt {
    at: Duration,
    succeeded: bool,
}

/// What there is for a request.
pub(crate) enum Found {
    /// Good keys.
    Good(CachedKeys),
    /// Good keys, but it is time to ask for others.
    Aging(CachedKeys),
    /// No keys, and it is time to ask.
    Missing,
    /// No keys, and the service was just asked in vain.
    Out,
}

/// What there is for a request whose key is not among those that it was given.
pub(crate) enum Beyond {
    /// Others.
    Newer(CachedKeys),
    /// Nothing, but it is time to ask.
    Unasked,
    /// Nothing: the service was asked just now.
    Nothing,
    /// The service was just asked in vain, so that nobody knows.
    Out,
}

impl KeyCache {
    /// The keys for a request.
    pub(crate) fn find(&self, now: Duration) -> Found {
        match &self.held {
            Some(held) if held.age(now) < RENEWED => Found::Good(held.clone()),
            Some(held) if held.age(now) < USED => match self.rested(now, UNKNOWN) {
                true => Found::Aging(held.clone()),
                false => Found::Good(held.clone()),
            },
            _ if self.rested(now, AGAIN) => Found::Missing,
            _ => Found::Out,
        }
    }

    /// Other keys than these.
    pub(crate) fn beyond(&self, these: &CachedKeys, now: Duration) -> Beyond {
        match (&self.held, &self.last) {
            (Some(held), _) if !Arc::ptr_eq(&held.keys, &these.keys) => Beyond::Newer(held.clone()),
            _ if self.rested(now, UNKNOWN) => Beyond::Unasked,
            (_, Some(Attempt { succeeded: true, .. })) => Beyond::Nothing,
            _ => Beyond::Out,
        }
    }

    /// The service is about to be asked.
    pub(crate) fn begin(&mut self, now: Duration) {
        self.last = Some(Attempt { at: now, succeeded: false });
    }

    /// These are the keys, as was asked at that time.
    pub(crate) fn succeed(&mut self, keys: KeySet, asked: Duration) {
        self.held = Some(CachedKeys { keys: Arc::new(keys), since: asked });
        self.last = Some(Attempt { at: asked, succeeded: true });
    }

    fn rested(&self, now: Duration, pause: Duration) -> bool {
        self.last.as_ref().is_none_or(|last| now.saturating_sub(last.at) >= pause)
    }
}

impl CachedKeys {
    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn fetched(seconds: u64) -> KeyCache {
        let mut cache = KeyCache::default();
        cache.begin(at(seconds));
        cache.succeed(KeySet::default(), at(seconds));
        cache
    }

    fn found(cache: &KeyCache, seconds: u64) -> &'static str {
        match cache.find(at(seconds)) {
            Found::Good(_) => "good",
            Found::Aging(_) => "aging",
            Found::Missing => "missing",
            Found::Out => "out",
        }
    }

    fn beyond(cache: &KeyCache, these: &CachedKeys, seconds: u64) -> &'static str {
        match cache.beyond(these, at(seconds)) {
            Beyond::Newer(_) => "newer",
            Beyond::Unasked => "unasked",
            Beyond::Nothing => "nothing",
            Beyond::Out => "out",
        }
    }

    fn held(cache: &KeyCache) -> CachedKeys {
        cache.held.clone().expect("keys")
    }

    #[test]
    fn keys_grow_old() {
        let cache = fetched(1_000);
        for (seconds, expected) in
            [(1_000, "good"), (1_239, "good"), (1_240, "aging"), (1_299, "aging"), (1_300, "missing")]
        {
            assert_eq!(found(&cache, seconds), expected, "{seconds}");
        }
        // A request that read the clock before the keys came.
        assert_eq!(found(&cache, 999), "good");
    }

    #[test]
    fn a_service_that_is_out_is_asked_once_a_second_and_its_keys_end_all_the_same() {
        let mut cache = KeyCache::default();
        assert_eq!(found(&cache, 0), "missing");
        cache.begin(at(0));
        assert_eq!((found(&cache, 0), found(&cache, 1)), ("out", "missing"));
        let mut cache = fetched(0);
        cache.begin(at(250));
        assert_eq!((found(&cache, 259), found(&cache, 260)), ("good", "aging"));
        cache.begin(at(299));
        assert_eq!((found(&cache, 299), found(&cache, 300)), ("good", "missing"));
        cache.begin(at(300));
        assert_eq!(found(&cache, 300), "out");
    }

    #[test]
    fn an_unknown_key_is_asked_for_once_in_ten_seconds() {
        let mut cache = fetched(0);
        let first = held(&cache);
        assert_eq!((beyond(&cache, &first, 9), beyond(&cache, &first, 10)), ("nothing", "unasked"));
        cache.begin(at(10));
        assert_eq!((beyond(&cache, &first, 10), beyond(&cache, &first, 20)), ("out", "unasked"));
        cache.succeed(KeySet::default(), at(10));
        assert_eq!(beyond(&cache, &first, 10), "newer");
        assert_eq!(beyond(&cache, &held(&cache), 19), "nothing");
    }
}
