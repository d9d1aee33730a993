//! How long one call of an import may take.

use crate::clock::Clock;
use futures::future::{Either, select};
use std::{pin::pin, sync::Arc, time::Duration};

/// How long a call may take, by the clock that everything waits through.
#[derive(Clone)]
pub struct Limit {
    duration: Duration,
    clock: Arc<dyn Clock>,
}

impl Limit {
    /// So long, by this clock.
    #[must_use]
    pub fn new(duration: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { duration, clock }
    }

    /// The call's answer, or none when the limit is reached first.
    pub(super) async fn of<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        match select(pin!(call), self.clock.sleep(self.duration)).await {
            Either::Left((answer, _)) => Some(answer),
            Either::Right(((), _)) => None,
        }
    }
}
