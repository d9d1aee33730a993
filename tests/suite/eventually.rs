//! What happens behind an answer, and is waited for.

use std::time::Duration;

/// What `look` finds, once it does. Half a minute is more than anything takes.
#[track_caller]
#[allow(clippy::disallowed_methods, reason = "nobody tells a test what happens behind an answer")]
pub fn eventually<T, F: Future<Output = Option<T>>>(mut look: impl FnMut() -> F) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        for _ in 0..3000 {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never happened: {place}");
    }
}
