//! A batch: the events that one commit seals, with the tiles that they complete and a checkpoint over all of
//! it.

use super::{
    keys::CheckpointKey,
    rows::{self, Head, Unsealed},
    unsealed,
};
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::{Bug, Failure},
    platform::Level,
    secrets::mac::Author,
    storage::Statement,
    time::Time,
};
use mana_auth_audit::{Checkpoint, Frontier};
use std::collections::BTreeMap;

/// What becomes of some events that wait.
pub struct Batch {
    frontier: Frontier,
    statements: Vec<Statement>,
    /// Whether there are some whose author is unknown, and which are left waiting.
    pub has_unknown: bool,
}

impl Batch {
    /// Appends to the tree the events that the service wrote, and passes over the others for ever. Events of
    /// an unknown author are left waiting, or count as forged with `are_forged`.
    pub fn of(ctx: &Context, head: &Head, events: &[Unsealed], are_forged: bool) -> Self {
        let mut frontier = head.frontier.clone();
        let (mut statements, mut hours) = (Vec::with_capacity(events.len()), BTreeMap::new());
        let mut has_unknown = false;
        for waiting in events {
            let leaf = frontier.size();
            let hash = match unsealed::written_by(ctx, waiting) {
                Author::Ours => waiting.event.hash_at(leaf),
                Author::Unknown if !are_forged => {
                    has_unknown = true;
                    continue;
                }
                Author::Unknown | Author::SomebodyElse => None,
            };
            let Some(hash) = hash else {
                statements.push(rows::pass_over(waiting.id));
                continue;
            };
            statements.push(rows::place(waiting.id, leaf, hash));
            frontier.append(hash, |tile| statements.push(rows::insert_tile(tile)));
            *hours
                .entry((Time(waiting.event.created_at).hour(), waiting.event.event_type.as_str()))
                .or_insert(0_i64) += 1;
        }
        statements
            .extend(hours.into_iter().map(|((hour, kind), count)| rows::add_to_hour(hour, kind, count)));
        Self { frontier, statements, has_unknown }
    }

    /// Signs a checkpoint and commits. Returns the new tree head. None where the tree has grown meanwhile:
    /// then nothing was written.
    pub async fn commit(
        self,
        ctx: &Context,
        head: &Head,
        key: &CheckpointKey,
    ) -> Result<Option<Head>, Failure> {
        let Self { frontier, statements, .. } = self;
        let mut change = Change::new();
        let mut grown = None;
        let mut checkpoint = head.checkpoint.clone();
        if frontier.size() > head.frontier.size() {
            let new =
                Checkpoint { origin: head.origin.clone(), size: frontier.size(), root: frontier.root() };
            let note = new.sign(&*key.seed(ctx)?).to_string();
            let (from, to) = (head.frontier.size().cast_signed(), frontier.size().cast_signed());
            grown = Some(change.add(rows::grow(head, &frontier)));
            change.add(rows::insert_seal(new.size, &note, ctx.now));
            // Whoever claims one of the new leaves loses it, before the events get theirs.
            change.add(rows::displace(from, to));
            checkpoint = Some(note);
        }
        change.add_all(statements);
        match change.try_commit(ctx).await {
            Ok(_) => {}
            Err(CommitError::Unmet(unmet)) if Some(unmet) == grown => return Ok(None),
            Err(CommitError::Unmet(_)) => {
                return Err(Bug::AuditLog("an event can't be given its place".into()).into());
            }
            Err(refused) => return Err(refused.into()),
        }
        // The log of the host takes it out of the database: only a copy outside proves anything against
        // whoever owns that.
        if let Some(note) = checkpoint.as_ref().filter(|note| head.checkpoint.as_ref() != Some(*note)) {
            ctx.log(Level::Info, "audit checkpoint", &[("checkpoint", note)]);
        }
        Ok(Some(Head { origin: head.origin.clone(), frontier, checkpoint }))
    }
}
