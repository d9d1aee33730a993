//! Keeping a session that is used alive.

use super::{Caller, Lifetime, rows};
use crate::{commit::Change, context::Context};

/// Moves the expiry of the caller's session forward if it is time to, at most once a day. Tells whether it did.
/// A session that can't be moved just now is moved next time: reading it must not fail for that.
pub async fn slide(ctx: &Context, caller: &mut Caller) -> bool {
    let session = &mut caller.session;
    let lifetime = Lifetime::new(session.remember_me);
    let Some(next) = lifetime.slide(ctx.now, session.expires_at, session.absolute_expires_at) else {
        return false;
    };
    let mut change = Change::of(rows::slide(session.id, next, ctx.now));
    change.add_all(session.parent_id.map(|parent| rows::slide(parent, next, ctx.now)));
    if change.commit(ctx).await.is_err() {
        return false;
    }
    session.expires_at = next;
    true
}
