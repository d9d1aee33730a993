//! Bringing accounts from another service.

use super::{Ban, User, rows};
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::Failure,
    events::{Event, EventType},
    platform,
    storage::Condition,
    throttle,
};
use std::collections::BTreeMap;

/// The most accounts of one call: one transaction, which others wait for.
pub const MOST: usize = 500;

/// Attempts at one batch. A registration with one of its addresses, made meanwhile, costs an attempt.
const ATTEMPTS: usize = 3;

/// An account as it was elsewhere.
pub struct Imported {
    /// With its id and times; what can be read of a ban.
    pub user: User,
    /// For operators; only of somebody who is banned.
    pub ban_reason: Option<String>,
    /// The encoded hash of its password, which `passwords.supports` has seen; none for who signed in otherwise.
    pub password: Option<String>,
}

/// The outcome for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is here now.
    Added,
    /// It was: an account with this id has this address. Nothing of it was changed.
    Known,
    /// Another account has the id.
    IdTaken,
    /// The account with this id has the address.
    EmailTaken(String),
}

/// Brings up to [`MOST`] accounts, those that can be, at once. The same call again changes nothing. With `is_trial`, nothing is
/// written at all.
pub async fn import(ctx: &Context, batch: &[Imported], is_trial: bool) -> Result<Vec<Import>, Failure> {
    if let Some(outcomes) = attempts(ctx, batch, is_trial).await? {
        return Ok(outcomes);
    }
    // Others register its addresses as fast as it is judged: one by one, each has them or the other has.
    let mut outcomes = Vec::with_capacity(batch.len());
    for imported in batch.chunks(1) {
        outcomes.extend(attempts(ctx, imported, is_trial).await?.ok_or(Failure::Overloaded)?);
    }
    Ok(outcomes)
}

/// None where others took an address of it each time.
async fn attempts(ctx: &Context, batch: &[Imported], is_trial: bool) -> Result<Option<Vec<Import>>, Failure> {
    for _ in 0..ATTEMPTS {
        let outcomes = judge(batch, rows::alike(batch.iter().map(|imported| &imported.user)).await?);
        let added = batch.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Import::Added);
        let mut change = Change::new();
        for (imported, _) in added {
            add(ctx, &mut change, imported);
        }
        if is_trial || change.is_empty() {
            return Ok(Some(outcomes));
        }
        match change.try_commit(ctx).await {
            Ok(_) => return Ok(Some(outcomes)),
            Err(CommitError::Conflict(_)) => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(None)
}

/// Of those of a batch that clash, the first is added.
fn judge(batch: &[Imported], here: Vec<(String, String)>) -> Vec<Import> {
    let mut by_email: BTreeMap<String, String> =
        here.iter().map(|(id, email)| (email.clone(), id.clone())).collect();
    let mut by_id: BTreeMap<String, String> = here.into_iter().collect();
    let judged = batch.iter().map(|Imported { user, .. }| {
        let (id, email) = (user.id.as_str(), user.email.as_str());
        match (by_id.get(id), by_email.get(email)) {
            (Some(has), _) if has == email => Import::Known,
            (Some(_), _) => Import::IdTaken,
            (None, Some(owner)) => Import::EmailTaken(owner.clone()),
            (None, None) => {
                by_email.insert(email.to_owned(), id.to_owned());
                by_id.insert(id.to_owned(), email.to_owned());
                Import::Added
            }
        }
    });
    judged.collect()
}

fn add(ctx: &Context, change: &mut Change, Imported { user, ban_reason, password }: &Imported) {
    change.add(rows::insert(user, ban_reason.as_deref(), &Condition::ALWAYS));
    if let Some(password) = password {
        change.add(rows::insert_password(user, platform::new_id(ctx.now), password));
    }
    throttle::begin_anew(change, &user.email);
    let event = Event::about(EventType::AccountImported, user.id).with("role", user.role.name());
    change.record(if user.ban == Ban::None { event } else { event.with("banned", true) });
}
