//! Mails, where no timer runs and nobody can be woken: the instance that committed some delivers them behind its answer.

use crate::bindings::mana::auth::mail;
use std::time::{Duration, Instant};

/// How long it goes on beginning deliveries, each of some mails at once. A host may end an instance that is busy for long behind an
/// answer; what is left then waits for the next mail, or for the housekeeping.
const LONGEST: Duration = Duration::from_secs(10);

/// Has mails delivered once this answer is on its way, where there may be some. No query is made where there are none.
pub fn after_the_answer() {
    if mail::committed() {
        wit_bindgen::spawn_local(deliver());
    }
}

#[allow(clippy::disallowed_methods, reason = "here the clock is WASI's, which a host can move")]
async fn deliver() {
    let begun = Instant::now();
    // What fails now is tried again; the component has logged why.
    while mail::deliver().await.unwrap_or(false) && begun.elapsed() < LONGEST {}
}
