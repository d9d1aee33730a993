//! The interfaces that the component exports: each call becomes a use case, as an HTTP route does.

mod accounts;
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

/// Tells the operator of a failure that the caller is told nothing about.
fn log(error: &Error) {
    if let Error::Bug(bug) = error {
        platform::log(platform::Level::Error, "internal error", &[("why", &format!("{bug:?}"))]);
    }
}
