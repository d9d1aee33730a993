use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The requests whose clients still wait for an answer, so that nothing is hashed for one that has gone.
///
/// The server registers each request's id and drops the guard when it has answered or the connection has closed.
/// It holds as many ids as there are requests in progress.
#[derive(Clone, Default)]
pub struct LiveRequests {
    /// How often each id is registered: ids may come from outside, and twice.
    ids: Arc<Mutex<HashMap<Arc<str>, usize>>>,
}

impl LiveRequests {
    /// The request lives until the guard is dropped.
    pub fn register(&self, id: &str) -> LiveRequest {
        let id: Arc<str> = id.into();
        *self.lock().entry(id.clone()).or_default() += 1;
        LiveRequest { id, requests: self.clone() }
    }

    /// Whether a request with this id lives.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.lock().contains_key(id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, usize>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LiveRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveRequests").field("len", &self.lock().len()).finish()
    }
}

/// A request that is in progress. See [`LiveRequests::register`].
#[derive(Debug)]
#[must_use = "the request has gone as soon as this is dropped"]
pub struct LiveRequest {
    id: Arc<str>,
    requests: LiveRequests,
}

impl Drop for LiveRequest {
    fn drop(&mut self) {
        let mut ids = self.requests.lock();
        match ids.get_mut(&self.id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => _ = ids.remove(&self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_lives_as_long_as_its_last_guard() {
        let live = LiveRequests::default();
        assert!(!live.contains("a"));
        let first = live.register("a");
        let second = live.register("a");
        let other = live.register("b");
        drop(first);
        assert!(live.contains("a"));
        drop(second);
        assert!(!live.contains("a") && live.contains("b"));
        drop(other);
        assert!(live.lock().is_empty());
    }
}
