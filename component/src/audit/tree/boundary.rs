//! The boundary of retention: events below it were dropped, or are about to be.

use super::signed::Tree;
use crate::{error::Failure, events::EventType, time::Time};
use mana_auth_audit::{Stored, pruned};

impl Tree {
    /// The first leaf that is kept. It is 0 where nothing was dropped.
    ///
    /// # Errors
    ///
    /// As [`Tree::newest`].
    pub async fn kept_from(&mut self) -> Result<u64, Failure> {
        Ok(self.boundary().await?.map_or(0, |(below, _)| below))
    }

    /// The newest boundary that an event in the tree draws, and when it was drawn.
    ///
    /// # Errors
    ///
    /// As [`Tree::newest`].
    pub async fn boundary(&mut self) -> Result<Option<(u64, Time)>, Failure> {
        let dropped = |event: &Stored| pruned(event.metadata.as_deref()?, event.leaf);
        let Some((event, prefix)) = self.newest(EventType::EventsPruned, dropped).await? else {
            return Ok(None);
        };
        // The event names the root of the tree that it is about. After a backup was restored, that may be
        // another tree, and the event says nothing about this one.
        let is_about_this = self.has_grown_from(prefix).await?;
        Ok(is_about_this.then_some((prefix.size, Time(event.created_at))))
    }
}
