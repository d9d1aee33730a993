//! An attempt, from its place to its outcome.

use super::{
    counter::{Counter, CounterKind, Limit, Lock, Route},
    limit,
    reservation::Reservation,
    rows,
    standing::{Bounds, Locked, Standing},
    throttled::{ThrottleError, Throttled},
};
use crate::{
    commit::{self, Change},
    context::Context,
    events::Event,
    platform,
    storage::Condition,
    time::Time,
};

/// An attempt that has its place.
pub struct Attempt {
    reservation: Reservation,
    pub(super) lock: Counter,
    bounds: Bounds,
    /// The lock that it sets, should it be the failure that is one too many.
    next: Locked,
    limits: Vec<Limit>,
}

/// A lock that a failure may have set.
pub struct LockSet {
    /// Holds where it did.
    pub holds: Condition,
    /// When it ends.
    pub until: Time,
}

impl Attempt {
    /// Takes a place. Looks first, so that hammering at a lock or limit writes nothing.
    pub(super) async fn reserve(
        ctx: &Context,
        lock: Counter,
        limits: Vec<Limit>,
    ) -> Result<Self, ThrottleError> {
        let standing = standing(ctx, &lock, &limits).await?;
        Self::reserve_after(ctx, standing, lock, limits).await
    }

    /// The same, where one has looked.
    pub(super) async fn reserve_after(
        ctx: &Context,
        standing: Standing,
        lock: Counter,
        limits: Vec<Limit>,
    ) -> Result<Self, ThrottleError> {
        let bounds = Bounds::of(ctx.settings);
        standing.admit(&bounds, ctx.now)?;
        let (reservation, next) = (Reservation::new(ctx), standing.next_lock(lock.kind, &bounds, ctx.now));
        let reserve = limits.iter().filter_map(|limit| rows::reserve(limit, &reservation));
        let mut change = Change::of(rows::reserve_unlocked(&lock, &reservation, &bounds));
        change.add_all(reserve);
        match change.try_commit(ctx).await {
            Ok(_) => Ok(Self { reservation, lock, bounds, next, limits }),
            // Others were faster.
            Err(commit::CommitError::Unmet(_)) => {
                self::standing(ctx, &lock, &limits).await?.admit(&bounds, ctx.now)?;
                Err(Throttled::Undecided.into())
            }
            Err(refused) => Err(ThrottleError::Failed(refused.into())),
        }
    }

    /// Whether it is counted for the device that it comes from, and for that alone.
    #[must_use]
    pub fn is_of_known_device(&self) -> bool {
        self.lock.kind == CounterKind::Lock(Lock::Device)
    }

    /// It succeeded: what locks begins anew, and limits get the place back. Adds to the change of what it led to.
    pub fn succeeded(&self, change: &mut Change) {
        change.add(rows::leave(&self.reservation));
        change.add_all(rows::forget(&self.lock));
    }

    /// It failed, and counts. `locked` is told where it was one too many. Adds to the change of its event. Returns the lock that it may
    /// have set.
    pub fn failed(&self, ctx: &Context, change: &mut Change, locked: Event) -> LockSet {
        let Self { lock, bounds, next, .. } = self;
        let by_window = rows::was_locked_by(lock, &self.reservation);
        let window = next.event(locked.clone()).only_if(by_window);
        let by_all = rows::has_failed_exactly(lock, bounds.cumulative);
        let all = locked.with("counter", lock.kind.name()).with("failures", bounds.cumulative);
        let all = all.counting(platform::Metric::Lockouts, lock.kind.name()).only_if(by_all);
        change.add(rows::leave(&self.reservation));
        change.add_all(rows::count(lock, ctx.now));
        change.add_all(self.limits.iter().flat_map(|limit| rows::count(&limit.counter, ctx.now)));
        change.add(rows::note_failure(lock, ctx.now));
        change.add(rows::set_lock(lock, next, &self.reservation, bounds, ctx.now));
        change.record(window);
        change.record(all);
        LockSet { holds: rows::was_locked_by(lock, &self.reservation), until: next.until }
    }

    /// It was no guess: something else went wrong. It leaves its place.
    pub async fn take_back(&self, ctx: &Context) {
        // Where even that can't be written, the place is free after a minute.
        drop(Change::of(rows::leave(&self.reservation)).commit(ctx).await);
    }
}

/// How the counter stands, unless a limit is reached.
async fn standing(ctx: &Context, lock: &Counter, limits: &[Limit]) -> Result<Standing, ThrottleError> {
    let (standing, used) = rows::standing(lock, limits, ctx.now).await?;
    // The lock first: it is what its owner is to hear of.
    standing.admit(&Bounds::of(ctx.settings), ctx.now)?;
    limit::admit(ctx, Route::SignIn, limits, &used).await?;
    Ok(standing)
}
