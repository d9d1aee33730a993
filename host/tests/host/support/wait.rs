//! Waiting for what other threads do.

use std::time::Duration;

/// How often something that is about to happen is looked for before it counts as not happening.
const LOOKS: usize = 20_000;

/// Looks until it is so.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..LOOKS {
        if is_so().await {
            return;
        }
        pass(Duration::from_micros(500)).await;
    }
    panic!("{what}: it did not happen");
}

/// Lets real time pass, so that other threads come to their turn.
#[allow(clippy::disallowed_methods, reason = "what other threads do is not moved by a test's clock")]
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
