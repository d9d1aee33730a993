//! One process at a time does the housekeeping.

use super::rows;
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::Failure,
    platform,
    time::Span,
};
use uuid::Uuid;

/// Longer than one run takes; whoever dies with the lease holds the others up no longer than this.
const TERM: Span = Span::minutes(2);

/// The right to do the housekeeping, until its term is over.
pub struct Lease {
    holder: Uuid,
}

/// Takes the lease; none where another process holds it.
pub async fn take(ctx: &Context) -> Result<Option<Lease>, Failure> {
    let holder = platform::new_id(ctx.now);
    match Change::of(rows::take_lease(holder, TERM, ctx.now)).try_commit(ctx).await {
        Ok(_) => Ok(Some(Lease { holder })),
        Err(CommitError::Unmet(_)) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

impl Lease {
    /// Gives the lease back, and notes that all was done.
    pub async fn finish(self, ctx: &Context) -> Result<(), Failure> {
        Change::of(rows::finish_lease(self.holder, ctx.now)).commit(ctx).await.map(drop)
    }

    /// Gives the lease back, so that another attempt need not wait.
    pub async fn give_back(self, ctx: &Context) -> Result<(), Failure> {
        Change::of(rows::end_lease(self.holder)).commit(ctx).await.map(drop)
    }
}
