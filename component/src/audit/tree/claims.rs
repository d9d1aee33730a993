//! Events of the service's own that are about the audit log itself, such as a rotation of its key.
//!
//! Anybody who can write rows can write one that looks like such an event. So a row is a claim. It counts
//! once the signed tree includes it.

use super::{rows, signed::Tree};
use crate::{
    error::{Bug, Failure},
    events::EventType,
};
use mana_auth_audit::Stored;

/// The number of rows that are read at a time: one answer of the database holds them, however large they are.
const PAGE: u64 = 50;

/// The most claims that a search looks at.
const MOST: u32 = 10_000;

/// A stream of the rows that claim to be sealed events of a kind, newest first. It reads them a page at a
/// time.
pub struct Claims {
    kind: EventType,
    /// The leaf of the last claim that was taken. What is left comes before it.
    before: u64,
    page: std::vec::IntoIter<Stored>,
}

impl Claims {
    /// The next claim. None behind the last.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn next(&mut self) -> Result<Option<Stored>, Failure> {
        if self.page.len() == 0 {
            self.page = rows::sealed_of(self.kind.name(), self.before, PAGE).await?.into_iter();
        }
        let next = self.page.next();
        self.before = next.as_ref().map_or(self.before, |event| event.leaf);
        Ok(next)
    }
}

impl Tree {
    /// The claims to be events of a kind, below the size of the tree.
    pub fn claims(&self, kind: EventType) -> Claims {
        Claims { kind, before: self.size(), page: Vec::new().into_iter() }
    }

    /// The newest event of a kind that the tree includes and from which `read` reads something: the event,
    /// and that.
    ///
    /// # Errors
    ///
    /// Where storage fails, or there are ten thousand claims that the tree does not include.
    pub async fn newest<T>(
        &mut self,
        kind: EventType,
        read: impl Fn(&Stored) -> Option<T>,
    ) -> Result<Option<(Stored, T)>, Failure> {
        let mut claims = self.claims(kind);
        for _ in 0..MOST {
            let Some(event) = claims.next().await? else { return Ok(None) };
            if let Some(content) = read(&event)
                && self.includes(&event).await?
            {
                return Ok(Some((event, content)));
            }
        }
        Err(Bug::AuditLog(format!("too many rows claim to be an event {}", kind.name())).into())
    }
}
