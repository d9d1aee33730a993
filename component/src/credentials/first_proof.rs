//! An address is proven for the first time.

use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    devices,
    events::{Event, EventType},
    platform, sessions,
};

/// Adds to a change that somebody has shown that an account's address is theirs, which nobody had before. Whoever registered it may have
/// been somebody else, who knows its password: that goes, and with it every session and device (the attack is known as pre-hijacking). `new`: the
/// encoded hash of the password that takes its place.
pub fn first_proof(ctx: &Context, change: &mut Change, user: &User, new: Option<&str>) {
    change.add_all(accounts::clear_password(user.id, ctx.now));
    change.add(accounts::verify_email_of(user.id, &user.email, ctx.now));
    sessions::end_all(change, user.id, "revoked");
    devices::forget_all(change, user.id);
    let event = Event::about(EventType::EmailVerified, user.id);
    match new {
        Some(encoded) => {
            change.add(accounts::put_password(user.id, platform::new_id(ctx.now), encoded, ctx.now));
            change.record(event);
        }
        None => change.record(event.with("reason", "password_removed")),
    }
}
