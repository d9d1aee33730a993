//! Whether somebody has set the clock.

use crate::{clock::Clock, metrics::Metrics};
use std::sync::atomic::{AtomicU64, Ordering};

/// How far the calendar may stray from the time that passed within an interval; further, somebody set it.
const STRAY: u64 = 10_000;

/// What the calendar said when nothing had elapsed, in milliseconds since the Unix epoch: something else once it is set.
pub(super) struct Calendar(AtomicU64);

impl Calendar {
    pub(super) fn of(clock: &dyn Clock) -> Self {
        Self(AtomicU64::new(Self::begin(clock)))
    }

    fn begin(clock: &dyn Clock) -> u64 {
        clock.now().saturating_sub(u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Tells the operator where the clock was set: lifetimes and windows are only as good as it is.
    pub(super) fn look(&self, clock: &dyn Clock, metrics: &Metrics) {
        let now = Self::begin(clock);
        let before = self.0.swap(now, Ordering::Relaxed);
        if now.abs_diff(before) > STRAY {
            let direction = if now < before { "back" } else { "forward" };
            tracing::warn!(direction, milliseconds = now.abs_diff(before), "the clock was set");
            metrics.clock_jumps.inc();
        }
    }
}
