//! The service's keys, fetched by whoever needs them first.

use crate::{
    key_cache::{Beyond, CachedKeys, Found, KeyCache},
    service::{Service, Trouble},
};
use futures::future::{BoxFuture, FutureExt as _, Shared};
use mana_auth_tokens::KeySet;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const PATH: &str = "/api/v1/auth/jwks";

/// The keys of one auth service.
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    service: Service,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cache: KeyCache,
    under_way: Option<Fetch>,
}

/// A fetch that everybody waits for together. It is a task of its own: a client that goes away while it waits must
/// not take the keys of the others along.
type Fetch = Shared<BoxFuture<'static, ()>>;

/// The service does not say which keys it has.
pub(crate) struct Unknown;

impl Keys {
    pub(crate) fn new(service: Service) -> Self {
        Self(Arc::new(Inner { service, state: Mutex::default() }))
    }

    /// The keys at this moment.
    pub(crate) async fn current(&self, now: Duration) -> Result<CachedKeys, Unknown> {
        let fetch = {
            let mut state = self.0.state();
            match state.cache.find(now) {
                Found::Good(held) => return Ok(held),
                Found::Aging(held) => {
                    drop(self.fetch(&mut state, now));
                    return Ok(held);
                }
                Found::Missing => self.fetch(&mut state, now),
                Found::Out => state.under_way().ok_or(Unknown)?,
            }
        };
        fetch.await;
        match self.0.state().cache.find(now) {
            Found::Good(held) | Found::Aging(held) => Ok(held),
            Found::Missing | Found::Out => Err(Unknown),
        }
    }

    /// Other keys than these, where the service has some.
    pub(crate) async fn beyond(
        &self,
        these: &CachedKeys,
        now: Duration,
    ) -> Result<Option<CachedKeys>, Unknown> {
        let fetch = {
            let mut state = self.0.state();
            match state.cache.beyond(these, now) {
                Beyond::Newer(held) => return Ok(Some(held)),
                Beyond::Unasked => self.fetch(&mut state, now),
                Beyond::Nothing => return Ok(None),
                Beyond::Out => state.under_way().ok_or(Unknown)?,
            }
        };
        fetch.await;
        match self.0.state().cache.beyond(these, now) {
            Beyond::Newer(held) => Ok(Some(held)),
            Beyond::Unasked | Beyond::Nothing | Beyond::Out => Err(Unknown),
        }
    }

    /// The fetch that is under way, or a new one.
    fn fetch(&self, state: &mut State, now: Duration) -> Fetch {
        if let Some(fetch) = state.under_way() {
            return fetch;
        }
        state.cache.begin(now);
        let fetch = tokio::spawn(Arc::clone(&self.0).fetch(now)).map(drop).boxed().shared();
        state.under_way = Some(fetch.clone());
        fetch
    }
}

impl Inner {
    async fn fetch(self: Arc<Self>, asked: Duration) {
        let outcome = self.service.get(PATH).await.and_then(|answer| read(&answer));
        let mut state = self.state();
        state.under_way = None;
        match outcome {
            Ok(keys) => state.cache.succeed(keys, asked),
            Err(trouble) => tracing::warn!(why = %trouble, "no keys from the auth service"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is whole at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// None once it has ended, by a panic too.
    fn under_way(&self) -> Option<Fetch> {
        self.under_way.clone().filter(|fetch| fetch.clone().now_or_never().is_none())
    }
}

/// A set without a single key is no answer: by it, everybody would be signed out.
fn read(answer: &[u8]) -> Result<KeySet, Trouble> {
    let text = str::from_utf8(answer).map_err(|_| Trouble::NotUnderstood)?;
    let keys = KeySet::parse(text).map_err(|_| Trouble::NotUnderstood)?;
    if keys == KeySet::default() { Err(Trouble::NotUnderstood) } else { Ok(keys) }
}
