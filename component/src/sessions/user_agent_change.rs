//! A session that is used by another kind of client than the one that opened it: perhaps somebody else has its secret.

use super::Session;
use crate::{
    commit::Change,
    context::Context,
    devices::user_agent,
    ids::SessionId,
    once_per_interval::OncePerInterval,
    throttle::{self, Suspicion},
    time::Span,
};

/// The sessions whose change was reported, so that reading them again writes nothing.
static REPORTED: OncePerInterval<SessionId> = OncePerInterval::new(Span::days(1));

/// The change to report, once a day: a user agent of another family than the session's.
#[must_use]
pub fn detect(ctx: &Context, session: &Session) -> Option<Suspicion> {
    let (opened, used) = (session.user_agent.as_deref()?, ctx.client.user_agent.as_deref()?);
    if is_same_family(opened, used) {
        return None;
    }
    REPORTED
        .is_first(session.id, ctx.now)
        .then(|| throttle::once_a_day(ctx, "user_agent_changed", session.id))
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

/// Reports a change. Reading a session must not fail for that: what can't be written now is detected again.
pub async fn report(ctx: &Context, session: &Session) {
    if let Some(suspicion) = detect(ctx, session) {
        let mut change = Change::new();
        suspicion.report_in_session(&mut change, session.user_id, session.id);
        if change.commit(ctx).await.is_err() {
            undetected(session.id);
        }
    }
}

/// Has a change that was detected, and could not be reported, be detected again.
pub fn undetected(session: SessionId) {
    REPORTED.forget(&session);
}
