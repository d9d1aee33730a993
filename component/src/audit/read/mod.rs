//! Reading the audit log.

mod entry;
mod rows;

pub use entry::{Entry, Filter};

use super::recorded;
use crate::{
    context::{self, Context},
    error::{Failure, FieldProblem, InputError},
    events::EventType,
    time::{Span, Time},
};
use uuid::Uuid;

/// The most events on one page.
const PAGE: u32 = 200;
/// How far back counts go.
const COUNTED: Span = Span::days(31);
/// How many failures within [`COUNTED`] make a client worth naming: more than this.
const REPEATED: u32 = 5;
/// How many failures are looked at for that, and how many clients are named.
const FAILURES: u32 = 20_000;
const CLIENTS: u32 = 100;

/// Counts since a time.
pub struct Summary {
    /// How many of each kind.
    pub by_type: Vec<(String, i64)>,
    /// How many of each kind began in which hour, oldest first.
    pub by_hour: Vec<(Time, String, i64)>,
    /// Addresses and user agents with more than five of the newest 20,000 failed sign-ins, most first.
    pub repeated_failures: Vec<(Option<String>, Option<String>, i64)>,
}

/// Events, newest first, older than the one with the id `before`.
///
/// # Errors
///
/// `Invalid` for a limit beyond 1 to 200, a kind that can be none, and an address that is none.
pub async fn events(filter: Filter, limit: u32, before: Option<Uuid>) -> Result<Vec<Entry>, InputError> {
    if !(1..=PAGE).contains(&limit) {
        return Err(FieldProblem::new("limit", "must be from 1 to 200").into());
    }
    if filter.event_type.as_ref().is_some_and(|kind| !recorded::is_kind(kind)) {
        return Err(FieldProblem::new("type", recorded::NO_KIND).into());
    }
    // One address has many spellings; one is kept.
    let canonical = |text: String| context::address(&text).ok_or("must be an IP address");
    let ip_address = filter.ip_address.map(canonical).transpose().map_err(FieldProblem::of("ip"))?;
    Ok(rows::page(&Filter { ip_address, ..filter }, limit, before).await?)
}

/// Failed sign-ins since a time, newest first, at most 200.
///
/// # Errors
///
/// Where storage fails.
pub async fn failed_logins(since: Time) -> Result<Vec<Entry>, Failure> {
    let event_type = Some(EventType::LoginFailure.name().to_owned());
    rows::page(&Filter { event_type, since: Some(since), ..Filter::default() }, PAGE, None).await
}

/// Counts since the hour that a time is in.
///
/// # Errors
///
/// `Invalid` for a time more than 31 days ago.
pub async fn summary(ctx: &Context, since: Time) -> Result<Summary, InputError> {
    if ctx.now.since(since) > COUNTED {
        return Err(FieldProblem::new("since", "must be at most 31 days ago").into());
    }
    let by_hour = rows::by_hour(since.hour()).await?;
    let mut by_type = std::collections::BTreeMap::new();
    for (_, kind, count) in &by_hour {
        *by_type.entry(kind.clone()).or_insert(0_i64) += count;
    }
    Ok(Summary {
        by_type: by_type.into_iter().collect(),
        by_hour,
        repeated_failures: rows::repeated_failures(since, FAILURES, REPEATED, CLIENTS).await?,
    })
}
