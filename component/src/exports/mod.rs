//! The interfaces that the component exports: each call becomes a use case, as an HTTP route does.

mod accounts;
mod audit;
mod exchange;
mod keys;
mod maintenance;
mod sessions;
mod sessions_read;
mod tokens;

use crate::{
    context::{Client, Context},
    error::Error,
    maintenance as housekeeping, platform,
};

/// The component.
pub struct Component;

/// The context of a call that no request is behind.
async fn context() -> Result<Context, Error> {
    platform::report_panics();
    Ok(Context::new(housekeeping::started().await?, Client::default()))
}

/// The face of an error for a caller who can be told only that there is no such thing.
fn not_found_or<E>(error: Error, not_found: E, unavailable: E) -> E {
    if matches!(error, Error::NotFound) {
        return not_found;
    }
    log(&error);
    unavailable
}

/// Tells the operator of a failure that the caller is told nothing about.
fn log(error: &Error) {
    if let Error::Bug(bug) = error {
        platform::log(platform::Level::Error, "internal error", &[("why", &format!("{bug:?}"))]);
    }
}
