//! Guests that never return.
//!
//! A store has one deadline, not one for each call, so a fixed one would end healthy instances. Instead a
//! ticker advances the engine's epoch, and compiled code that notices asks the store's callback: it goes on
//! when the event loop has turned since it last asked, gives way to other tasks when it has not, and ends the
//! instance when that has happened [`MAX_IDLE_TICKS`] times in a row. Only running guest code asks, so an idle
//! instance is never ended, however long it idles; and a guest that gives way (`yield`) turns the loop.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};
use wasmtime::{Engine, UpdateDeadline};

/// How often running guest code looks up.
const TICK: Duration = Duration::from_millis(10);

/// How many ticks guest code may run without giving way: half a second, far above the slowest use case.
const MAX_IDLE_TICKS: u32 = 50;

/// The turns of an instance's event loop. It polls the future that it was given before each slice of guest
/// code, so counting those polls counts the turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<AtomicU64>);

impl Turns {
    pub(super) async fn counted<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|context| {
            self.0.fetch_add(1, Relaxed);
            future.as_mut().poll(context)
        })
        .await
    }
}

/// What the store's epoch callback decides, from the turns alone.
pub(super) struct Watch {
    turns: Turns,
    seen: Option<u64>,
    idle_ticks: u32,
}

impl Watch {
    pub(super) fn new(turns: Turns) -> Self {
        Self { turns, seen: None, idle_ticks: 0 }
    }

    pub(super) fn tick(&mut self) -> UpdateDeadline {
        let turn = Some(self.turns.0.load(Relaxed));
        if self.seen != turn {
            self.seen = turn;
            self.idle_ticks = 0;
            return UpdateDeadline::Continue(1);
        }
        self.idle_ticks += 1;
        if self.idle_ticks < MAX_IDLE_TICKS { UpdateDeadline::Yield(1) } else { UpdateDeadline::Interrupt }
    }
}

/// Advances the engine's epoch for as long as the engine lives. It has a thread of its own: every other one
/// may be inside a guest that doesn't return.
#[allow(clippy::disallowed_methods, reason = "a runaway costs real time, whatever the injected clock says")]
pub(super) fn start_ticker(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let ticker = thread::Builder::new().name("epoch ticker".to_owned());
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    ticker.spawn(tick).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_turns_goes_on_for_ever() {
        let turns = Turns::default();
        let mut watch = Watch::new(turns.clone());
        for _ in 0..10 * MAX_IDLE_TICKS {
            turns.0.fetch_add(1, Relaxed);
            assert!(matches!(watch.tick(), UpdateDeadline::Continue(1)));
        }
    }

    #[test]
    fn one_that_does_not_is_ended_after_its_patience() {
        let mut watch = Watch::new(Turns::default());
        assert!(matches!(watch.tick(), UpdateDeadline::Continue(1)));
        for _ in 1..MAX_IDLE_TICKS {
            assert!(matches!(watch.tick(), UpdateDeadline::Yield(1)));
        }
        assert!(matches!(watch.tick(), UpdateDeadline::Interrupt));
    }
}
