//! Clock, chance and log from WASI.

use crate::{
    Adapter,
    bindings::platform::{Guest, Level, Metric},
    log,
};
use std::time::{SystemTime, UNIX_EPOCH};

impl Guest for Adapter {
    #[allow(clippy::disallowed_methods, reason = "this is the clock: WASI's")]
    fn now() -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    /// Too few bytes where the host has none: the component ends the instance then.
    fn random(n: u32) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(n).unwrap_or(0)];
        match getrandom::fill(&mut bytes) {
            Ok(()) => bytes,
            Err(_) => Vec::new(),
        }
    }

    fn log(level: Level, message: String, fields: Vec<(String, String)>) {
        let level = match level {
            Level::Debug => return,
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        log::line(level, &message, fields);
    }

    /// Spin has no metrics of an application's own.
    fn count(_: Metric, _: String, _: u64) {}
}
