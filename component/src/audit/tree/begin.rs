//! Beginning a trail under an origin of its own.

use super::{key, rows, rows::Tree};
use crate::{
    audit::{
        Event, Kind,
        mac::{Author, author},
    },
    context::Context,
    error::{Bug, Error},
    platform,
    storage::{Change, Refused},
};
use mana_auth_audit::{Checkpoint, KeyName};
use serde_json::Value;

/// The tree so far; the first, with its first key, where there is none.
pub async fn tree(ctx: &Context) -> Result<Tree, Error> {
    if let Some(tree) = rows::tree().await? {
        return Ok(tree);
    }
    match first(ctx, None).await {
        // Another process was faster where it conflicts.
        Ok(()) | Err(Refused::Conflict(_)) => {}
        Err(refused) => return Err(refused.into()),
    }
    rows::tree().await?.ok_or(Error::Bug(Bug::Missing("the tree of the trail")))
}

/// Begins the first trail of this database, after a checkpoint outside if there is one.
pub async fn first(ctx: &Context, follows: Option<&str>) -> Result<(), Refused> {
    let origin = new_origin(ctx).map_err(Refused::Failed)?;
    let key = key::new(ctx).map_err(Refused::Failed)?;
    let event = begun(&origin, &key, follows).map_err(Refused::Failed)?;
    let change = Change::new().and(rows::insert_key(&key, ctx.now)).and(rows::insert_tree(&origin));
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
        .and(rows::use_newest_key(tree.key.id))
        .record(event)
        .commit(ctx)
        .await?;
    Ok(())
}

/// Which checkpoint the trail goes on after under this name, as an event of the service's own says that is still to be sealed; empty
/// where it says none. None without such an event.
pub async fn announced(ctx: &Context, origin: &KeyName) -> Result<Option<String>, Error> {
    let events = rows::unsealed_of(Kind::AuditBegun.name()).await?;
    Ok(events.iter().find_map(|event| {
        let id = event.id.to_string();
        let is_ours = author(&ctx.settings.keyring, &event.leaf(&id, 0), &event.mac) == Author::Ours;
        let metadata = event.metadata.as_deref().filter(|_| is_ours && event.has_its_details())?;
        let told: Value = serde_json::from_str(metadata).ok()?;
        let text = |member| told.get(member).and_then(Value::as_str);
        (text("origin") == Some(origin.as_str())).then(|| text("follows").unwrap_or_default().to_owned())
    }))
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
