//! A session that is used by another kind of client than the one that opened it: perhaps somebody else has its secret.

use super::Session;
use crate::{
    commit::Change,
    context::Context,
    devices::user_agent,
    ids::SessionId,
    memory::Lately,
    throttle::{self, Suspicion},
    time::Span,
};

/// The sessions of which it was told, so that reading them again writes nothing.
static TOLD: Lately<SessionId> = Lately::new(Span::days(1));

/// What there is to tell of, once a day: a user agent of another family than the session's.
#[must_use]
pub fn changed(ctx: &Context, session: &Session) -> Option<Suspicion> {
    let (opened, used) = (session.user_agent.as_deref()?, ctx.client.user_agent.as_deref()?);
    if is_same_family(opened, used) {
        return None;
    }
    TOLD.is_first(session.id, ctx.now).then(|| throttle::once_a_day(ctx, "user_agent_changed", session.id))
}

/// Whether a request comes from the family of user agents that opened the session. Who says nothing is a family too.
#[must_use]
pub fn is_of_the_same_family(ctx: &Context, session: &Session) -> bool {
    match (session.user_agent.as_deref(), ctx.client.user_agent.as_deref()) {
        (Some(opened), Some(used)) => is_same_family(opened, used),
        (opened, used) => opened == used,
    }
}

/// Equal as a rule, which costs less to see than a family.
fn is_same_family(one: &str, other: &str) -> bool {
    one == other || user_agent::family(one) == user_agent::family(other)
}

/// Tells of it. Reading a session must not fail for that.
pub async fn notice(ctx: &Context, session: &Session) {
    if let Some(suspicion) = changed(ctx, session) {
        let mut change = Change::new();
        suspicion.tell_in_session(&mut change, session.user_id, session.id);
        drop(change.commit(ctx).await);
    }
}
