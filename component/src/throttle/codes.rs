//! Wrong codes of all accounts together: whoever guesses a few of each would find one after a while. One network is stopped long before
//! all are, so that nobody turns codes off for everybody by themselves.

use super::{
    counter::{Counter, Route, Scope},
    limit::address_of,
    rows,
};
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    once_per_interval::OncePerInterval,
    platform::{self, Level, Metric},
    time::Span,
};

/// How many wrong codes there may be within an hour. Past it codes are off, and links stay.
const MOST: i64 = 1000;

/// How many of them of one network: past it codes are off for that network.
const MOST_OF_NETWORK: i64 = 20;

/// When the operator was told.
static TOLD: OncePerInterval<()> = OncePerInterval::new(Span::minutes(1));

fn counter() -> Counter {
    Counter::of_limit(Route::Code, Scope::All, &[])
}

fn counter_of_network(ctx: &Context) -> Option<Counter> {
    Some(address_of(Route::Code, &ctx.client.network()?))
}

/// Whether there were so many wrong codes that none counts of whoever asks.
///
/// # Errors
///
/// Where storage fails.
pub async fn codes_are_off(ctx: &Context) -> Result<bool, Failure> {
    if let Some(counter) = counter_of_network(ctx)
        && rows::count_of_hour(&counter, ctx.now).await? >= MOST_OF_NETWORK
    {
        return Ok(true);
    }
    let are_off = rows::count_of_hour(&counter(), ctx.now).await? >= MOST;
    if are_off {
        platform::count(Metric::RateLimited, Route::Code.name(), 1);
        if TOLD.is_first((), ctx.now) {
            ctx.log(Level::Error, "too many wrong codes within an hour: only links are good", &[]);
        }
    }
    Ok(are_off)
}

/// Adds the count of a wrong code to a change.
pub fn count_wrong_code(ctx: &Context, change: &mut Change) {
    change.add_all(rows::count(&counter(), ctx.now));
    if let Some(counter) = counter_of_network(ctx) {
        change.add_all(rows::count(&counter, ctx.now));
    }
}
