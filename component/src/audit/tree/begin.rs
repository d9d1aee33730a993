//! Beginning a trail under an origin of its own.

use super::{
    keys::{self, signed_by},
    rows::{self, Tree},
};
use crate::{
    commit::{Change, Refused},
    context::Context,
    error::{Bug, Failure},
    events::{Event, Kind},
    platform::{self, Level},
};
use mana_auth_audit::{Checkpoint, KeyName};

/// The tree so far; the first, with its first key, where there is none.
pub async fn tree(ctx: &Context) -> Result<Tree, Failure> {
    if let Some(tree) = rows::tree().await? {
        return Ok(tree);
    }
    let begun = first(ctx, None).await;
    // Another process may have been faster.
    match (rows::tree().await?, begun) {
        (Some(tree), _) => Ok(tree),
        (None, Err(refused)) => Err(refused.into()),
        (None, Ok(())) => Err(Bug::Missing("the tree of the trail").into()),
    }
}

/// Begins the first trail of this database, after a checkpoint outside if there is one. Not where the row of a tree was removed whose
/// events are still there. Where a trail was wiped, nobody has signed for what is left: the new one says that the database is older.
pub async fn first(ctx: &Context, follows: Option<&str>) -> Result<(), Refused> {
    if was_sealed(ctx).await.map_err(Refused::Failed)? {
        return Err(Refused::Failed(Bug::Trail("the row of audit_tree was removed".into()).into()));
    }
    let is_older = rows::is_older_than_the_log().await.map_err(Refused::Failed)?;
    let origin = new_origin(ctx).map_err(Refused::Failed)?;
    let key = keys::new(ctx).map_err(Refused::Failed)?;
    let event = begun(&origin, &key, follows).map_err(Refused::Failed)?;
    let event = if is_older { event.with("olderDatabase", true) } else { event };
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.add(rows::insert_tree(&origin, &key));
    change.record(event);
    change.try_commit(ctx).await?;
    if is_older {
        let words =
            "the audit trail begins in a database that is older than it: what was there before is gone";
        ctx.log(Level::Warn, words, &[("origin", origin.as_str())]);
    }
    Ok(())
}

/// Whether this database held a trail. The proof is a key of ours, with its checkpoint or with rows that have a leaf. A row alone proves
/// nothing: anybody can write one.
async fn was_sealed(ctx: &Context) -> Result<bool, Failure> {
    let keys = keys::ours(ctx).await?;
    for (_, note) in rows::seals_beyond(0).await? {
        if signed_by(&note, &keys)?.is_some() {
            return Ok(true);
        }
    }
    Ok(!keys.is_empty() && rows::claims_a_place().await?)
}

/// Goes on under another origin, after a checkpoint outside that this database did not lead to: two histories under one name
/// would look like a forgery.
pub async fn again(ctx: &Context, tree: &Tree, key: &rows::Key, follows: &str) -> Result<(), Failure> {
    let origin = new_origin(ctx)?;
    let event = begun(&origin, key, Some(follows))?;
    let mut change = Change::of(rows::set_origin(&tree.origin, &origin));
    change.record(event);
    match change.try_commit(ctx).await {
        Ok(_) | Err(Refused::Unmet(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// Goes on under another origin and another key, where the one that signed until now can't be opened: its secret is lost.
pub async fn with_another_key(ctx: &Context, tree: &Tree) -> Result<(), Failure> {
    let (origin, key) = (new_origin(ctx)?, keys::new(ctx)?);
    let newest = tree.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let event = begun(&origin, &key, newest.map(|(_, checkpoint)| checkpoint.to_string()).as_deref())?;
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.add(rows::set_origin(&tree.origin, &origin));
    change.record(event);
    change.commit(ctx).await?;
    Ok(())
}

fn new_origin(ctx: &Context) -> Result<KeyName, Failure> {
    let id = u64::from_be_bytes(platform::random());
    let name = format!("{}/audit/{id:016x}", ctx.settings.public_url.host());
    KeyName::parse(&name).map_err(|_| Failure::Bug(Bug::Missing("a name for the trail")))
}

fn begun(origin: &KeyName, key: &rows::Key, follows: Option<&str>) -> Result<Event, Failure> {
    let key = rows::verifier(key, origin)?.to_string();
    let event = Event::anonymous(Kind::AuditBegun).with("origin", origin.as_str()).with("key", key);
    Ok(match follows {
        Some(checkpoint) => event.with("follows", checkpoint),
        None => event,
    })
}
