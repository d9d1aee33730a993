//! Ids of requests.

use crate::random::Random;
use http::HeaderValue;
use mana_auth_hygiene::Caller;
use std::sync::{Arc, Mutex, PoisonError};

/// How much chance is fetched at once: the operating system takes as long for one id's.
const POOL: usize = 4096;
const BYTES: usize = 16;

/// The id of a request: visible ASCII.
#[derive(Clone)]
pub(super) struct RequestId(HeaderValue);

/// What gives requests their ids.
pub(super) struct RequestIds {
    random: Arc<dyn Random>,
    /// What is left of it stands at the end.
    pool: Mutex<Vec<u8>>,
}

impl RequestId {
    /// As text.
    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// As a header field's value.
    pub(super) fn to_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl RequestIds {
    pub(super) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, pool: Mutex::default() }
    }

    /// The id that a trusted proxy gave, or a new one. None where the random source has failed: the request is refused then.
    pub(super) fn of(&self, caller: &Caller) -> Option<RequestId> {
        caller.request_id.clone().or_else(|| self.generate()).map(RequestId)
    }

    /// 128 random bits in hexadecimal: an id that nobody can guess, so that knowing one tells nothing of others.
    fn generate(&self) -> Option<HeaderValue> {
        let id = u128::from_ne_bytes(self.draw()?);
        HeaderValue::try_from(format!("{id:032x}")).ok()
    }

    fn draw(&self) -> Option<[u8; BYTES]> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.is_empty() {
            let mut fresh = vec![0; POOL];
            self.random.fill(&mut fresh).ok()?;
            *pool = fresh;
        }
        let drawn = *pool.last_chunk()?;
        let left = pool.len() - BYTES;
        pool.truncate(left);
        Some(drawn)
    }
}
