//! Beginning a trail under an origin of its own.

use super::{key, rows, rows::Tree, special};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::{Bug, Error},
    platform,
    storage::{Change, Refused},
};
use mana_auth_audit::{Checkpoint, KeyName, Stored};
use serde_json::Value;

/// The tree so far; the first, with its first key, where there is none.
pub async fn tree(ctx: &Context) -> Result<Tree, Error> {
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

/// Begins the first trail of this database, after a checkpoint outside if there is one. Not where events were sealed: somebody has
/// removed the row of their tree.
pub async fn first(ctx: &Context, follows: Option<&str>) -> Result<(), Refused> {
    if rows::has_sealed().await.map_err(Refused::Failed)? {
        return Err(Refused::Failed(Bug::Trail("the row of audit_tree was removed".into()).into()));
    }
    let origin = new_origin(ctx).map_err(Refused::Failed)?;
    let key = key::new(ctx).map_err(Refused::Failed)?;
    let event = begun(&origin, &key, follows).map_err(Refused::Failed)?;
    let change = Change::new().and(rows::insert_key(&key, ctx.now)).and(rows::insert_tree(&origin, &key));
    change.record(event).commit(ctx).await.map(drop)
}

/// Goes on under another origin, after a checkpoint outside that this database did not lead to: two histories under one name
/// would look like a forgery.
pub async fn again(ctx: &Context, tree: &Tree, follows: &str) -> Result<(), Error> {
    let origin = new_origin(ctx)?;
    let event = begun(&origin, &tree.key, Some(follows))?;
    match Change::new().and(rows::set_origin(&tree.origin, &origin)).record(event).commit(ctx).await {
        Ok(_) | Err(Refused::Unmet(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// Goes on under another origin and another key, where the one that signed until now can't be opened: its secret is lost.
pub async fn with_another_key(ctx: &Context, tree: &Tree) -> Result<(), Error> {
    let (origin, key) = (new_origin(ctx)?, key::new(ctx)?);
    let newest = tree.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let event = begun(&origin, &key, newest.map(|(_, checkpoint)| checkpoint.to_string()).as_deref())?;
    Change::new()
        .and(rows::insert_key(&key, ctx.now))
        .and(rows::set_origin(&tree.origin, &origin))
        .and(rows::use_key(tree.key.id, &key))
        .record(event)
        .commit(ctx)
        .await?;
    Ok(())
}

/// Which checkpoint the trail goes on after under this name, as an event of the service's own says that is still to be sealed; empty
/// where it says none. None without such an event.
pub async fn announced(ctx: &Context, origin: &KeyName) -> Result<Option<String>, Error> {
    special::newest_unsealed(ctx, Kind::AuditBegun, |event| follows(event, origin)).await
}

/// Which checkpoint the trail goes on after under this name, as an `audit_begun` says; empty where it says none. None where it is
/// about another name.
pub fn follows(event: &Stored, origin: &KeyName) -> Option<String> {
    let told: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let text = |member| told.get(member).and_then(Value::as_str);
    (text("origin") == Some(origin.as_str())).then(|| text("follows").unwrap_or_default().to_owned())
}

fn new_origin(ctx: &Context) -> Result<KeyName, Error> {
    let id = u64::from_be_bytes(platform::random());
    let name = format!("{}/audit/{id:016x}", ctx.settings.public_url.host());
    KeyName::parse(&name).map_err(|_| Error::Bug(Bug::Missing("a name for the trail")))
}

fn begun(origin: &KeyName, key: &rows::Key, follows: Option<&str>) -> Result<Event, Error> {
    let key = rows::verifier(key, origin)?.to_string();
    let event = Event::anonymous(Kind::AuditBegun).with("origin", origin.as_str()).with("key", key);
    Ok(match follows {
        Some(checkpoint) => event.with("follows", checkpoint),
        None => event,
    })
}
