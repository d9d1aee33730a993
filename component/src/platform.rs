//! The import `platform`, in this crate's types.

pub use crate::bindings::mana::auth::platform::{Level, Metric};
use crate::{bindings::mana::auth::platform, time::Time};
use std::sync::Once;
use uuid::Uuid;

/// The current time. Read once for each request, in [`crate::context::Context`], and passed on.
#[must_use]
pub fn now() -> Time {
    Time(i64::try_from(platform::now()).unwrap_or(i64::MAX))
}

/// Lets the other calls of the instance go on, and tells the host that this one does.
pub async fn give_way() {
    wit_bindgen::yield_async().await;
}

/// `N` bytes of chance.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills a buffer with chance. A host that answers with another number of bytes breaks its contract: going on
/// with what came would make guessable secrets, so the instance ends there.
#[allow(clippy::panic, reason = "a broken random source must end the instance, not weaken a secret")]
pub fn fill(buffer: &mut [u8]) {
    for chunk in buffer.chunks_mut(65_536) {
        let bytes = platform::random(u32::try_from(chunk.len()).unwrap_or(65_536));
        if bytes.len() != chunk.len() {
            panic!("platform.random returned {} bytes instead of {}", bytes.len(), chunk.len());
        }
        chunk.copy_from_slice(&bytes);
    }
}

/// A new UUIDv7 (RFC 9562 §5.7).
#[must_use]
pub fn new_id(now: Time) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now.as_millis(), &random()).into_uuid()
}

/// The least UUIDv7 of a moment.
#[must_use]
pub fn first_id(at: Time) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at.as_millis(), &[0; 10]).into_uuid()
}

/// Writes a line to the operator's log. No field may hold a secret.
pub fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    platform::log(level, message, &fields);
}

/// Adds to a counter. The label is one of those that `wit/platform.wit` lists.
pub fn count(metric: Metric, label: &str, by: u64) {
    platform::count(metric, label, by);
}

/// Makes a panic say where it happened before it becomes a trap. Its message is ours, never a client's.
pub fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            log(Level::Error, "panic", &[("at", &place)]);
        }));
    });
}
