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
    bindings::exports::mana::auth::accounts::Problem,
    context::{Client, Context},
    error::{Error, FieldProblem},
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

/// A number of rows, which is never negative.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// What is wrong with the input, field by field.
fn problems(fields: Vec<FieldProblem>) -> Vec<Problem> {
    let problem = |wrong: FieldProblem| Problem {
        field: wrong.field.into_owned(),
        message: wrong.message.into_owned(),
    };
    fields.into_iter().map(problem).collect()
}

/// Tells the operator of a failure that the caller is told nothing about.
fn log(error: &Error) {
    if let Error::Bug(bug) = error {
        platform::log(platform::Level::Error, "internal error", &[("why", &format!("{bug:?}"))]);
    }
}
