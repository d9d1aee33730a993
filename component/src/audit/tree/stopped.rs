//! Where a run of sealing stopped because it had read as much as one run may. The next run of this instance goes
//! on from there: otherwise rows of an unknown author, which are left waiting, would keep it from what waits
//! behind them.

use std::sync::Mutex;
use uuid::Uuid;

/// How far a run came.
#[derive(Clone, Copy, Default)]
pub struct Stopped {
    /// The last event that was read. None: the run was at the beginning.
    pub behind: Option<Uuid>,
    /// Whether some before it have an unknown author.
    pub has_unknown: bool,
}

static STOPPED: Mutex<Option<Stopped>> = Mutex::new(None);

/// Where the run before stopped. The beginning where it came to the end.
pub fn take() -> Stopped {
    STOPPED.lock().ok().and_then(|mut stopped| stopped.take()).unwrap_or_default()
}

/// Notes it for the next run.
pub fn note(stopped: Stopped) {
    if let Ok(mut noted) = STOPPED.lock() {
        *noted = Some(stopped);
    }
}
