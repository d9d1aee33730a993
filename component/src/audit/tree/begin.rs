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
use mana_auth_audit::{Details, KeyName};
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

/// Whether an event of the service's own, still to be sealed, says that the trail goes on under this name.
pub async fn is_announced(ctx: &Context, origin: &KeyName) -> Result<bool, Error> {
    let events = rows::unsealed_of(Kind::AuditBegun.name()).await?;
    Ok(events.iter().any(|(event, metadata, salt)| {
        let details = Details { ip_address: None, user_agent: None, metadata: Some(metadata) };
        let is_its =
            salt.as_slice().try_into().is_ok_and(|salt| details.digest(salt) == event.details_digest);
        let id = event.id.to_string();
        let told: Value = serde_json::from_str(metadata).unwrap_or_default();
        is_its
            && author(&ctx.settings.keyring, &event.leaf(&id, 0), &event.mac) == Author::Ours
            && told.get("origin").and_then(Value::as_str) == Some(origin.as_str())
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
