//! The only place that reads a clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One reading of the clock: a request is judged by one, from beginning to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since the Unix epoch, to compare with what tokens say.
    pub unix: u64,
    /// Time since an arbitrary start, never going back, to measure ages with.
    pub elapsed: Duration,
}

/// Time. Tests hand in one that they move.
pub trait Clock: Send + Sync + 'static {
    /// This moment.
    fn now(&self) -> Moment;
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

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one module that reads the clock")]
    fn now(&self) -> Moment {
        // A clock before 1970 is as wrong as can be: by the latest one there is, every token has expired.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
        Moment { unix, elapsed: self.start.elapsed() }
    }
}
