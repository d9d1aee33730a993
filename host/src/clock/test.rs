//! A clock that stands still until it is moved.

use super::Clock;
use async_trait::async_trait;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// A clock for tests: it moves only when it is told to, and then wakes whoever slept long enough.
#[derive(Debug)]
pub struct TestClock {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the calendar said when nothing had elapsed.
    start: u64,
    elapsed: Duration,
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl TestClock {
    /// A clock that stands at `now`, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { state: Mutex::new(State { start: now, ..State::default() }) }
    }

    /// Sets the calendar, as an operator or a time server does: no time passes.
    pub fn set(&self, now: u64) {
        let mut state = self.state();
        state.start = now.saturating_sub(u64::try_from(state.elapsed.as_millis()).unwrap_or(u64::MAX));
    }

    /// Moves time forward, all at once.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.elapsed += duration;
        let now = state.elapsed;
        for (_, sleeper) in state.sleepers.extract_if(.., |(until, _)| *until <= now) {
            // It may have given up waiting.
            let _ = sleeper.send(());
        }
    }

    /// How many wait for it at this moment. A test that moves it lets them begin to wait first.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.state().sleepers.iter().filter(|(_, sleeper)| !sleeper.is_closed()).count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TestClock {
    /// A clock that stands at the beginning of 2026.
    fn default() -> Self {
        Self::new(1_767_225_600_000)
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> u64 {
        let state = self.state();
        state.start.saturating_add(u64::try_from(state.elapsed.as_millis()).unwrap_or(u64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        let woken = {
            let mut state = self.state();
            let until = state.elapsed + duration;
            state.sleepers.retain(|(_, sleeper)| !sleeper.is_closed());
            let (sleeper, woken) = oneshot::channel();
            state.sleepers.push((until, sleeper));
            woken
        };
        // The sender goes only with the clock, and then time has ended.
        let _ = woken.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[test]
    fn sleepers_wake_when_their_time_has_come() {
        let clock = TestClock::new(1000);
        let mut short = clock.sleep(Duration::from_secs(1));
        let mut long = clock.sleep(Duration::from_secs(3));
        assert!((&mut short).now_or_never().is_none() && (&mut long).now_or_never().is_none());
        assert_eq!(clock.sleepers(), 2);
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.sleepers(), 1);
        assert!((&mut short).now_or_never().is_some());
        assert!((&mut long).now_or_never().is_none());
        assert_eq!((clock.now(), clock.elapsed()), (3000, Duration::from_secs(2)));
    }
}
