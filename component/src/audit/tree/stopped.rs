//! The position of a run of sealing that reached its bound. The next run of this instance continues there. Rows of an
//! unknown author are left waiting: if each run began with them, it would never reach the events behind them.

use std::sync::Mutex;
use uuid::Uuid;

/// The position of a run that reached its bound.
#[derive(Clone, Copy, Default)]
pub struct Stopped {
    /// The last event that was read. None: the run was at the beginning.
    pub behind: Option<Uuid>,
    /// Set if events before that place have an unknown author.
    pub has_unknown: bool,
}

static STOPPED: Mutex<Option<Stopped>> = Mutex::new(None);

/// Takes the position of the run before. The beginning, if that run came to the end.
pub fn take() -> Stopped {
    STOPPED.lock().ok().and_then(|mut stopped| stopped.take()).unwrap_or_default()
}

/// Notes it for the next run.
pub fn note(stopped: Stopped) {
    if let Ok(mut noted) = STOPPED.lock() {
        *noted = Some(stopped);
    }
}
