//! Erasing the personal details of a person's events: address, user agent and metadata.
//!
//! The tree stays whole. A leaf holds only a digest of the details under a salt, and the salt is destroyed
//! with them. Each batch takes three steps: an event `details_erased` names its leaves; the event is sealed;
//! the details are destroyed. So no leaf is ever without details unless a sealed event says why.

use super::{rows, seal, seal_all, signed::Tree};
use crate::{
    commit::{self, Change},
    context::Context,
    error::{Bug, Failure},
    events::{Event, EventType},
    ids::UserId,
};
use mana_auth_audit::{Erased, Prefix, Stored, ranges_of, root_text};

/// The number of events that one commit strips.
const BATCH: u64 = 500;

/// The most calls of `seal` for one erasure: others may be sealing, or many events wait before it.
const SEALS: u32 = 1_000;

/// Kinds that are about the audit log, and about nobody's person. They keep their details: verification needs
/// them.
const KEPT: [&str; 4] = [
    EventType::DetailsErased.name(),
    EventType::EventsPruned.name(),
    EventType::AuditBegun.name(),
    EventType::AuditKeyRotated.name(),
];

/// Destroys address, user agent and metadata of every event about a user, and of events about nobody that
/// name their address. Returns the number of events.
///
/// # Errors
///
/// Where storage fails, or events can't be sealed: an event without a leaf can't be named. Where rows claim
/// to be about the user and are not what was signed: somebody may have altered them so that another's are
/// destroyed. What was destroyed before stays so.
pub async fn erase(ctx: &Context, user: UserId, email: Option<&str>, by: &str) -> Result<u64, Failure> {
    seal_all(ctx).await?;
    let mut erased = Outcome::default();
    let (mut from, end) = (0, Tree::read(ctx).await?.size());
    while let page @ [.., last] = &*rows::detailed_of_user(user, from, end, BATCH).await? {
        from = last.leaf.saturating_add(1);
        erased += strip(ctx, user, by, page).await?;
    }
    from = 0;
    while let Some(email) = email
        && let page @ [.., last] = &*rows::detailed_of_email(email, from, end, BATCH).await?
    {
        from = last.leaf.saturating_add(1);
        erased += strip(ctx, user, by, page).await?;
    }
    if erased.altered > 0 {
        let words =
            format!("{} events about the user are not what was signed, and were not erased", erased.altered);
        return Err(Bug::AuditLog(words).into());
    }
    Ok(erased.stripped)
}

#[derive(Default)]
struct Outcome {
    stripped: u64,
    altered: u64,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.stripped = self.stripped.saturating_add(other.stripped);
        self.altered = self.altered.saturating_add(other.altered);
    }
}

/// Strips a batch: those of these events that the tree includes as they are here.
async fn strip(ctx: &Context, user: UserId, by: &str, events: &[Stored]) -> Result<Outcome, Failure> {
    let mut tree = Tree::read(ctx).await?;
    let (mut leaves, mut altered) = (Vec::with_capacity(events.len()), 0);
    for event in events {
        if event.source.is_none() && KEPT.contains(&event.event_type.as_str()) {
            continue;
        }
        if tree.includes(event).await? {
            leaves.push(event.leaf);
        } else {
            altered += 1;
        }
    }
    let Some(last) = leaves.last() else { return Ok(Outcome { stripped: 0, altered }) };
    let size = last.saturating_add(1);
    let of = tree.prefix(size).await?.ok_or_else(|| Bug::AuditLog("a part of the tree is missing".into()))?;
    let of = Prefix { size, root: of.root() };
    let event = Event::about(EventType::DetailsErased, user)
        .with("leaves", ranges_of(&leaves))
        .with("root", root_text(&of.root))
        .with("by", by);
    commit::event(ctx, event).await?;
    seal_erasure(ctx, user, &leaves, of).await?;
    let mut change = Change::new();
    change.add_all(leaves.iter().map(|leaf| rows::erase(*leaf)));
    change.commit(ctx).await?;
    Ok(Outcome { stripped: u64::try_from(leaves.len()).unwrap_or(u64::MAX), altered })
}

/// Seals until the tree includes the erasure of these leaves.
async fn seal_erasure(ctx: &Context, user: UserId, leaves: &[u64], of: Prefix) -> Result<(), Failure> {
    let names_them = |event: &Stored| {
        let erased = Erased::parse(event.metadata.as_deref()?, event.leaf)?;
        (erased.of == of && leaves.iter().all(|leaf| erased.contains(*leaf))).then_some(())
    };
    for _ in 0..SEALS {
        seal(ctx).await?;
        let waits = rows::waits(EventType::DetailsErased.name(), user).await?;
        if Tree::read(ctx).await?.newest(EventType::DetailsErased, names_them).await?.is_some() {
            return Ok(());
        }
        if !waits {
            break;
        }
    }
    Err(Bug::AuditLog("an erasure can't be sealed".into()).into())
}
