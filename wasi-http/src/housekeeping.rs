//! Maintenance, where no timer runs: after an answer, at most once a minute in each instance.

use crate::{bindings::mana::auth::maintenance, delivery};
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

const SECONDS: u32 = 60;

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Has it done once this answer is on its way, if it is time to. An instance may not live for a minute, so its first
/// answer counts too; that nobody does the housekeeping more often than once a minute is the database's to say.
#[allow(clippy::disallowed_methods, reason = "here the clock is WASI's, which a host can move")]
pub fn after_the_answer() {
    let now = Instant::now();
    let interval = Duration::from_secs(SECONDS.into());
    if LAST.get().is_some_and(|last| now.duration_since(last) < interval) {
        return;
    }
    LAST.set(Some(now));
    wit_bindgen::spawn_local(async {
        // What fails now is tried again; the component has logged why.
        let _ = maintenance::flush().await;
        let _ = maintenance::run(SECONDS).await;
        delivery::after_the_answer();
    });
}
