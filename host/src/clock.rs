//! The only place that reads a clock or waits for one.

#[cfg(feature = "test-support")]
mod test;

#[cfg(feature = "test-support")]
pub use test::TestClock;

use async_trait::async_trait;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time, to read and to wait for. Tests hand in one that they move.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch, UTC.
    fn now(&self) -> u64;

    /// Time since an arbitrary start, never going back, for measuring and for deadlines.
    fn elapsed(&self) -> Duration;

    /// Returns once `duration` has passed by [`Clock::elapsed`].
    async fn sleep(&self, duration: Duration);
}

/// The operating system's clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one module that reads the clock")]
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one module that reads the clock")]
    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[allow(clippy::disallowed_methods, reason = "this is the one module that waits")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
