//! Ids of requests.

use crate::random::Random;
use arrayvec::ArrayString;
use http::{HeaderName, HeaderValue};
use mana_auth_hygiene::Caller;
use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

/// The field that answers tell it in.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How much chance is fetched at once: the operating system takes as long for one id's.
const POOL: usize = 4096;
const BYTES: usize = 16;

/// The id of a request: 1 to 64 visible characters of ASCII.
#[derive(Clone, Copy)]
pub(super) struct RequestId(ArrayString<64>);

/// What gives requests their ids.
pub(super) struct RequestIds {
    random: Arc<dyn Random>,
    /// What is left of it stands at the end.
    pool: Mutex<Vec<u8>>,
}

impl RequestId {
    /// As text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As a header field's value.
    pub(super) fn to_value(self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static(""))
    }
}

impl RequestIds {
    pub(super) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, pool: Mutex::default() }
    }

    /// The id that a trusted proxy gave, or a new one. None where the random source has failed: the request is refused then.
    pub(super) fn of(&self, caller: &Caller) -> Option<RequestId> {
        let given = caller.request_id.as_ref().and_then(|id| ArrayString::from(id.to_str().ok()?).ok());
        given.or_else(|| self.generate()).map(RequestId)
    }

    /// 128 random bits in hexadecimal: an id that nobody can guess, so that knowing one tells nothing of others.
    fn generate(&self) -> Option<ArrayString<64>> {
        let mut id = ArrayString::new();
        write!(id, "{:032x}", u128::from_ne_bytes(self.draw()?)).ok()?;
        Some(id)
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
