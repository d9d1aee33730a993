//! What a caller is told of a failure, and what the operator is.

use crate::{
    error::{Bug, Error},
    platform::{self, Level},
};

/// The face of an error for a caller who can be told only that there is no such thing.
pub fn failure<E>(error: Error, not_found: E, unavailable: E, internal: E) -> E {
    match error {
        Error::Bug(bug) => {
            log(&bug);
            internal
        }
        Error::Overloaded | Error::StorageUnavailable => unavailable,
        _ => not_found,
    }
}

/// Tells the operator of a fault that the caller is told nothing about.
pub fn log(bug: &Bug) {
    platform::log(Level::Error, "internal error", &[("why", &bug.to_string())]);
}
