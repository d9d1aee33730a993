//! Beginning a trail under an origin of its own.

use super::{key, rows, rows::Tree};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::{Bug, Error},
    platform,
    storage::{Change, Refused},
};
use mana_auth_audit::KeyName;

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
    let change = Change::new().and(rows::insert_key(&key, ctx.now)).and(rows::insert_tree(&origin, follows));
    change.record(event).commit(ctx).await.map(drop)
}

/// Goes on under another origin, after a checkpoint outside that this database did not lead to: two histories under one name
/// would look like a forgery.
pub async fn again(ctx: &Context, tree: &Tree, follows: &str) -> Result<(), Error> {
    let origin = new_origin(ctx)?;
    let event = begun(&origin, &tree.key, Some(follows))?;
    match Change::new().and(rows::set_origin(&tree.origin, &origin, follows)).record(event).commit(ctx).await
    {
        Ok(_) | Err(Refused::Unmet(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
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
