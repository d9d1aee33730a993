//! Answers that are given again without asking the component, for as long as it would say the same.
//!
//! ```text
//! request ─ key ─▶ remembered? ─▶ in its time? ─▶ its subjects untouched? ─ yes ─▶ the same answer
//!                      │ no            │ no             │ no: forgotten
//!                      └───────────────┴────────────────┴──▶ the component answers
//! ```
//!
//! A fault here lets somebody in. "Answers given again" in docs/architecture.md says why there is none: read it before a change.

use super::{asked::Asked, framed_hash::FramedHash, id::REQUEST_ID};
use crate::{
    bindings::exports::mana::auth::exchange::Reuse,
    clock::Clock,
    imports::Imports,
    invalidations::{Freshness, Invalidations, Position},
    metrics::{AnswerCounters, Metrics},
    random::Exhausted,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use lru::LruCache;
use mana_auth_hygiene::Scheme;
use prometheus_client::metrics::counter::Counter;
use quick_cache::{Weighter, sync::Cache};
use std::{
    num::NonZeroUsize,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// How long an answer is given again at most, whatever the component says.
const LONGEST: Duration = Duration::from_secs(60);

/// The largest answer that is remembered, with its header fields, in bytes.
pub(super) const LARGEST: usize = 8 * 1024;

/// What an answer takes beside its text: its table of header fields, and its places here. Rather more than less.
const OVERHEAD: usize = 2 * 1024;

/// All that the component says an answer depends on, beside its subjects and time; with a cookie, the user agent too.
const FIELDS: [HeaderName; 3] = [header::COOKIE, header::AUTHORIZATION, header::ORIGIN];

/// A request with any of these is about more than one answer.
const NEVER: [HeaderName; 7] = [
    header::UPGRADE,
    header::RANGE,
    header::IF_RANGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
];

/// What a request is found by: a hash under a secret of this process. No cookie or token is kept.
pub(super) type Key = blake3::Hash;

/// The answers of one server.
pub(super) struct AnswerMemory {
    secret: [u8; blake3::KEY_LEN],
    answers: Cache<Key, Arc<Remembered>, Weight>,
    /// The newest answer of a route about the same subjects. Whoever asks in ever other words takes the room of one.
    newest: Mutex<LruCache<blake3::Hash, Key>>,
    clock: Arc<dyn Clock>,
    /// Gone with the instances: then nothing is answered any more.
    invalidations: Weak<dyn Invalidations>,
    metrics: Arc<Metrics>,
}

/// An answer, and until when it holds.
pub(super) struct Remembered {
    headers: HeaderMap,
    body: Bytes,
    pub(super) route: String,
    /// What each answer counts in, and what the component counts of each.
    pub(super) counters: AnswerCounters,
    counts: Vec<Counter>,
    subjects: Vec<String>,
    /// As of which start, and of which position of it, nobody has touched the subjects.
    start: u64,
    as_of: AtomicU64,
    /// When it may be given again, in milliseconds since the Unix epoch; and when it was asked for, by the monotonic clock.
    in_time: Range<u64>,
    asked_at: Duration,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Remembered>> for Weight {
    fn weight(&self, _: &Key, remembered: &Arc<Remembered>) -> u64 {
        let subjects = remembered.subjects.iter().map(String::len).sum::<usize>() + remembered.route.len();
        (size(&remembered.headers, &remembered.body) + subjects + OVERHEAD) as u64
    }
}

impl AnswerMemory {
    /// With room for so many bytes; none where there is no room.
    ///
    /// # Errors
    ///
    /// Where there is no chance for a secret.
    pub(super) fn new(bytes: usize, imports: &Imports) -> Result<Option<Self>, Exhausted> {
        let mut secret = [0; blake3::KEY_LEN];
        imports.random.fill(&mut secret)?;
        Ok(NonZeroUsize::new(bytes / OVERHEAD).map(|most| Self {
            secret,
            answers: Cache::with_weighter(most.get(), bytes as u64, Weight),
            newest: Mutex::new(LruCache::new(most)),
            clock: imports.clock.clone(),
            invalidations: Arc::downgrade(&imports.invalidations),
            metrics: imports.metrics.clone(),
        }))
    }

    /// What a request without a body is found by; none where it is not of the kind whose answers are given again.
    pub(super) fn key(&self, asked: &Asked) -> Option<Key> {
        let head = &asked.head;
        let reads = matches!(head.method, Method::GET | Method::HEAD);
        if !reads || NEVER.iter().any(|name| head.headers.contains_key(name)) {
            return None;
        }
        let mut hash = FramedHash::new(&self.secret);
        hash.add(head.method.as_str().as_bytes());
        hash.add(head.uri.path().as_bytes());
        hash.add(&[u8::from(asked.caller.scheme == Scheme::Https), u8::from(asked.internal.is_some())]);
        let user_agent = head.headers.contains_key(header::COOKIE).then_some(header::USER_AGENT);
        for name in FIELDS.iter().chain(&user_agent) {
            let values = head.headers.get_all(name);
            hash.count(values.iter().count());
            values.iter().for_each(|value| hash.add(value.as_bytes()));
        }
        Some(hash.finish())
    }

    /// The answer to give again, if the component would still give it. The monotonic clock stands at `now`.
    pub(super) fn find(&self, key: &Key, now: Duration) -> Option<Arc<Remembered>> {
        let remembered = self.answers.get(key)?;
        let is_young = now.saturating_sub(remembered.asked_at) < LONGEST;
        if is_young && remembered.in_time.contains(&self.clock.now()) {
            let as_of = Position { start: remembered.start, id: remembered.as_of.load(Relaxed) };
            self.metrics.looked();
            match self.invalidations.upgrade()?.peek(&remembered.subjects, as_of) {
                Some(Freshness::Current(position)) => {
                    remembered.as_of.fetch_max(position.id, Relaxed);
                    return Some(remembered);
                }
                // Only the component can wait until that is known.
                None => return None,
                Some(Freshness::Touched | Freshness::Unknown) => {}
            }
        }
        self.answers.remove(key);
        None
    }

    /// Remembers a finished answer, but for its id, if it is of the kind that is given again. It was asked for when the monotonic clock stood
    /// at `asked_at`.
    pub(super) fn remember(
        &self,
        key: Key,
        reuse: Reuse,
        response: &Response<Bytes>,
        route: &str,
        counters: AnswerCounters,
        asked_at: Duration,
    ) {
        let (headers, body) = (response.headers(), response.body());
        // So many `invalidations.peek` takes.
        let is_about_somebody = (1..=8).contains(&reuse.subjects.len());
        let is_plain = response.status() == StatusCode::OK && !headers.contains_key(header::SET_COOKIE);
        if !is_about_somebody || !is_plain || size(headers, body) > LARGEST {
            return;
        }
        let mut owner = FramedHash::new(&self.secret);
        owner.add(route.as_bytes());
        reuse.subjects.iter().for_each(|subject| owner.add(subject.as_bytes()));
        let counts = reuse.counts.iter();
        let mut headers = headers.clone();
        // Its place: each time it is another.
        headers.insert(REQUEST_ID, HeaderValue::from_static(""));
        let remembered = Remembered {
            headers,
            body: body.clone(),
            route: route.to_owned(),
            counters,
            counts: counts.flat_map(|(metric, label)| self.metrics.of_component(*metric, label)).collect(),
            subjects: reuse.subjects,
            start: reuse.as_of.start,
            as_of: AtomicU64::new(reuse.as_of.id),
            in_time: self.clock.now()..reuse.until,
            asked_at,
        };
        self.answers.insert(key, Arc::new(remembered));
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = newest.put(owner.finish(), key).filter(|before| *before != key) {
            self.answers.remove(&before);
        }
    }

    /// Makes sure that an answer is the one that would have been given in its place, if that still holds.
    pub(super) fn compare(&self, key: &Key, remembered: &Arc<Remembered>, response: &mut Response<Bytes>) {
        let still = self.find(key, self.clock.elapsed()).is_some_and(|still| Arc::ptr_eq(&still, remembered));
        let mut made = response.headers().clone();
        made.insert(REQUEST_ID, HeaderValue::from_static(""));
        // An instance that does not remember the client gives it its cookie as well.
        made.remove(header::SET_COOKIE);
        let made = (response.status(), &made, response.body());
        if still && made != (StatusCode::OK, &remembered.headers, &remembered.body) {
            tracing::error!(route = remembered.route, "the memory has another answer than the component");
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
}

impl Remembered {
    /// The answer, counted as the component would. Its id is still to be added.
    pub(super) fn response(&self) -> Response<Bytes> {
        for counter in &self.counts {
            counter.inc();
        }
        let mut response = Response::new(self.body.clone());
        *response.headers_mut() = self.headers.clone();
        response
    }
}

fn size(headers: &HeaderMap, body: &Bytes) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() + body.len()
}
