//! A session that is used by another kind of client than the one that opened it: perhaps somebody else has its secret.

use super::{Session, device};
use crate::{
    context::Context,
    storage::Change,
    throttle::{self, Suspicion},
    time::{Span, Time},
};
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{LazyLock, Mutex},
};
use uuid::Uuid;

/// How many sessions an instance remembers to have told of, so that reading them again writes nothing.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

static TOLD: LazyLock<Mutex<LruCache<Uuid, Time>>> = LazyLock::new(|| Mutex::new(LruCache::new(REMEMBERED)));

/// What there is to tell of, once a day: a user agent of another family than the session's.
#[must_use]
pub fn changed(ctx: &Context, session: &Session) -> Option<Suspicion> {
    let (opened, used) = (session.user_agent.as_deref()?, ctx.client.user_agent.as_deref()?);
    if device::family(opened) == device::family(used) {
        return None;
    }
    let mut told = TOLD.lock().ok()?;
    if told.get(&session.id).is_some_and(|at| ctx.now.since(*at) < Span::days(1)) {
        return None;
    }
    told.put(session.id, ctx.now);
    Some(throttle::once_a_day(ctx, "user_agent_changed", session.id))
}

/// Tells of it. Reading a session must not fail for that.
pub async fn notice(ctx: &Context, session: &Session) {
    if let Some(suspicion) = changed(ctx, session) {
        let event = suspicion.event(Some(session.user_id)).session(session.id);
        drop(Change::new().record(event).and(suspicion.note()).commit(ctx).await);
    }
}
