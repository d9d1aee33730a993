//! A session that is used by another kind of client than the one that opened it: perhaps somebody else has its secret.

use super::{Session, device};
use crate::{
    context::Context,
    memory::Lately,
    storage::Change,
    throttle::{self, Suspicion},
    time::Span,
};
use uuid::Uuid;

/// The sessions of which it was told, so that reading them again writes nothing.
static TOLD: Lately<Uuid> = Lately::new(Span::days(1));

/// What there is to tell of, once a day: a user agent of another family than the session's.
#[must_use]
pub fn changed(ctx: &Context, session: &Session) -> Option<Suspicion> {
    let (opened, used) = (session.user_agent.as_deref()?, ctx.client.user_agent.as_deref()?);
    // Equal as a rule, which costs less to see than a family.
    if opened == used || device::family(opened) == device::family(used) {
        return None;
    }
    TOLD.is_first(session.id, ctx.now).then(|| throttle::once_a_day(ctx, "user_agent_changed", session.id))
}

/// Tells of it. Reading a session must not fail for that.
pub async fn notice(ctx: &Context, session: &Session) {
    if let Some(suspicion) = changed(ctx, session) {
        let event = suspicion.event(Some(session.user_id)).session(session.id);
        drop(Change::new().record(event).and(suspicion.note()).commit(ctx).await);
    }
}
