//! The only SQL that writes mails.

use super::{Cause, Content, Mail};
use crate::{
    context::Context,
    params, platform,
    storage::{Statement, statement},
};

/// How many mails may wait, or be kept as failed: of those that anybody may have caused, and of the others. One has some 4 KiB at
/// most. Past it, the oldest of its class is lost.
const MOST: u32 = 10_000;

/// Writes a mail where its condition holds.
#[must_use]
pub fn insert(mail: &Mail, ctx: &Context) -> Statement {
    let id = platform::new_id(ctx.now).to_string();
    let sealed = Content::of(mail).seal(&ctx.settings.keyring, &id);
    let (version, content) =
        sealed.map_or((0, Vec::new()), |sealed| (sealed.version(), sealed.bytes().to_vec()));
    let is_by_stranger = mail.cause == Cause::Stranger;
    let mut params = params![id, mail.letter.kind(), is_by_stranger, version, content, ctx.now];
    let condition = mail.condition.bind(&mut params);
    let sql = format!(
        "INSERT INTO outbox (id, kind, by_stranger, secret_version, content, created_at, due_at, attempts, state)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, 0, 'waiting' WHERE {condition}"
    );
    statement(&sql, params)
}

/// Makes room for a mail that was just written. Can remove more rows than are added, so the table stays bounded.
#[must_use]
pub fn make_room(mail: &Mail) -> Statement {
    let sql = format!(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE by_stranger = ?1 ORDER BY created_at, id LIMIT 2)
             AND (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE by_stranger = ?1 LIMIT {MOST} + 1) AS waiting) > {MOST}"
    );
    statement(&sql, params![mail.cause == Cause::Stranger])
}
