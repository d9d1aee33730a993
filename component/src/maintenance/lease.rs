//! One process at a time does the housekeeping.

use crate::{
    commit::{Change, Refused},
    context::Context,
    error::Error,
    params, platform,
    storage::{self, expecting_one, statement},
    time::{SKEW, Span, Time},
};
use uuid::Uuid;

/// Longer than one run takes; whoever dies with the lease holds the others up no longer than this.
const TERM: Span = Span::minutes(2);
const NAME: &str = "maintenance";

/// The right to do the housekeeping, until its term is over.
pub struct Lease {
    holder: Uuid,
}

/// Takes the lease; none where another process holds it. One that ends later than any given out now was taken before the clock
/// was put back, and holds nobody up.
pub async fn take(ctx: &Context) -> Result<Option<Lease>, Error> {
    let holder = platform::new_id(ctx.now);
    let take = expecting_one(
        "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE leases.expires_at <= ?4 OR leases.expires_at > ?5",
        params![NAME, holder, ctx.now + TERM, ctx.now, ctx.now + TERM + SKEW],
    );
    match Change::of(take).try_commit(ctx).await {
        Ok(_) => Ok(Some(Lease { holder })),
        Err(Refused::Unmet(_)) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// When the housekeeping was last done to the end.
pub async fn done_at() -> Result<Option<Time>, Error> {
    storage::query_one("SELECT done_at FROM leases WHERE name = ?1", params![NAME], |row| row.take()).await
}

impl Lease {
    /// Gives the lease back, and notes that all was done.
    pub async fn finish(self, ctx: &Context) -> Result<(), Error> {
        let sql = "UPDATE leases SET expires_at = ?3, done_at = ?4 WHERE name = ?1 AND holder = ?2";
        Change::of(statement(sql, params![NAME, self.holder, Time(0), ctx.now])).commit(ctx).await?;
        Ok(())
    }

    /// Gives the lease back, so that another attempt need not wait.
    pub async fn give_back(self, ctx: &Context) -> Result<(), Error> {
        let sql = "UPDATE leases SET expires_at = ?3 WHERE name = ?1 AND holder = ?2";
        Change::of(statement(sql, params![NAME, self.holder, Time(0)])).commit(ctx).await?;
        Ok(())
    }
}
