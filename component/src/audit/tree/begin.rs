//! Beginning the audit log under an origin, the name that its checkpoints bear: the first one of a database,
//! or another one. Each beginning is an event `audit_begun`, written in the commit that sets the origin.

use super::{
    keys::{CheckpointKey, Keys},
    rows::{self, Head},
};
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::{Bug, Failure},
    events::{Event, EventType},
    platform::{self, Level},
};
use mana_auth_audit::{Checkpoint, KeyName};

/// The tree head. Begins the audit log, with its first key, where there is none.
pub async fn head(ctx: &Context) -> Result<Head, Failure> {
    if let Some(head) = rows::head().await? {
        return Ok(head);
    }
    let begun = first(ctx, None).await;
    // Another process may have been faster.
    match (rows::head().await?, begun) {
        (Some(head), _) => Ok(head),
        (None, Err(refused)) => Err(refused.into()),
        (None, Ok(())) => Err(Bug::Missing("the tree of the audit log").into()),
    }
}

/// Begins the first log of this database. It goes on after `follows`, a checkpoint outside, if there is one.
///
/// Refused where only the row of the tree head was removed: sealed events are still there, and would be
/// sealed again. Where everything was wiped, nothing that is left is signed. Then the event says that the
/// database is older than the log.
pub async fn first(ctx: &Context, follows: Option<&str>) -> Result<(), CommitError> {
    if was_sealed(ctx).await.map_err(CommitError::Failed)? {
        return Err(CommitError::Failed(Bug::AuditLog("the row of audit_tree was removed".into()).into()));
    }
    let is_older = rows::is_older_than_the_log().await.map_err(CommitError::Failed)?;
    let origin = new_origin(ctx).map_err(CommitError::Failed)?;
    let key = CheckpointKey::new(ctx).map_err(CommitError::Failed)?;
    let event = begun(&origin, &key, follows).map_err(CommitError::Failed)?;
    let event = if is_older { event.with("olderDatabase", true) } else { event };
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.add(rows::insert_tree(&origin, &key));
    change.record(event);
    change.try_commit(ctx).await?;
    if is_older {
        let words = "the audit log begins in a database that is older than it: what was there before is gone, or accounts were imported";
        ctx.log(Level::Warn, words, &[("origin", origin.as_str())]);
    }
    Ok(())
}

/// Whether this database held a log. A key of ours proves it, together with a checkpoint that it signed or
/// with rows that have a leaf. Rows alone prove nothing: anybody can write them.
async fn was_sealed(ctx: &Context) -> Result<bool, Failure> {
    let keys = Keys::ours(ctx).await?;
    for (_, note) in rows::seals_beyond(0).await? {
        if keys.signer_of(&note)?.is_some() {
            return Ok(true);
        }
    }
    Ok(!keys.is_empty() && rows::claims_a_place().await?)
}

/// Goes on under another origin and the same key, after a checkpoint outside that this tree has not grown
/// from. Two histories under one origin would look like a forgery.
pub async fn again(ctx: &Context, head: &Head, key: &CheckpointKey, follows: &str) -> Result<(), Failure> {
    let origin = new_origin(ctx)?;
    let event = begun(&origin, key, Some(follows))?;
    let mut change = Change::of(rows::set_origin(&head.origin, &origin));
    change.record(event);
    match change.try_commit(ctx).await {
        Ok(_) | Err(CommitError::Unmet(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// Goes on under another origin and another key. The key that signed until now can't be opened: its secret is
/// lost.
pub async fn with_another_key(ctx: &Context, head: &Head) -> Result<(), Failure> {
    let (origin, key) = (new_origin(ctx)?, CheckpointKey::new(ctx)?);
    let newest = head.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let event = begun(&origin, &key, newest.map(|(_, checkpoint)| checkpoint.to_string()).as_deref())?;
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.add(rows::set_origin(&head.origin, &origin));
    change.record(event);
    change.commit(ctx).await?;
    Ok(())
}

fn new_origin(ctx: &Context) -> Result<KeyName, Failure> {
    let id = u64::from_be_bytes(platform::random());
    let name = format!("{}/audit/{id:016x}", ctx.settings.public_url.host());
    KeyName::parse(&name).map_err(|_| Failure::Bug(Bug::Missing("a name for the audit log")))
}

fn begun(origin: &KeyName, key: &CheckpointKey, follows: Option<&str>) -> Result<Event, Failure> {
    let key = key.verifier(origin)?.to_string();
    let event = Event::anonymous(EventType::AuditBegun).with("origin", origin.as_str()).with("key", key);
    Ok(match follows {
        Some(checkpoint) => event.with("follows", checkpoint),
        None => event,
    })
}
