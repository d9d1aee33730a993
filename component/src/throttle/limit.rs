//! Sliding limits on what one client, or everyone without a known address together, may do.

use super::{
    counter::{Counter, Limit, Route, Scope},
    rows,
    standing::{Used, until_below},
    throttled::{ThrottleError, Throttled},
};
use crate::{
    commit::{self, Change},
    context::Context,
    error::Failure,
    platform::{self, Metric},
    settings::Limits,
};

impl Route {
    fn limits(self, ctx: &Context) -> Limits {
        let settings = ctx.settings;
        match self {
            Self::SignIn => settings.limits_sign_in,
            Self::Registration => settings.limits_registration,
            Self::Refresh => settings.limits_refresh,
            Self::Validate => settings.limits_validate,
            // Its bounds are fixed: see `codes`.
            Self::Code => Limits::default(),
        }
    }

    /// What a call counts against. Whoever has no address has no counter of their own. Failed sign-ins are counted without a limit
    /// too, so that repeated ones are noticed.
    pub(super) fn counted(self, ctx: &Context) -> Vec<Limit> {
        let limits = self.limits(ctx);
        let mut counted = match ctx.client.network() {
            Some(network) => vec![
                Limit::new(address_of(self, &network), limits.address),
                Limit::new(client_of(self, &network, ctx), limits.client),
            ],
            None => vec![Limit::new(Counter::of_limit(self, Scope::Unknown, &[]), limits.unknown)],
        };
        counted.retain(|limit| self == Self::SignIn || limit.most.is_some());
        counted
    }

    /// What a call counts against that has succeeded, whoever made it.
    fn counted_once_done(self, ctx: &Context) -> Option<Limit> {
        let Limits { all, .. } = self.limits(ctx);
        (all > 0).then(|| Limit::new(Counter::of_limit(self, Scope::All, &[]), all))
    }
}

/// The counter of a route and a network.
pub(super) fn address_of(route: Route, network: &str) -> Counter {
    Counter::of_limit(route, Scope::Address, &[network.as_bytes()])
}

fn client_of(route: Route, network: &str, ctx: &Context) -> Counter {
    let user_agent = ctx.client.user_agent.as_deref().unwrap_or_default();
    Counter::of_limit(route, Scope::Client, &[network.as_bytes(), user_agent.as_bytes()])
}

/// The counter of failed sign-ins of an address, as far as it is known.
pub fn failures_of_address(ctx: &Context) -> Option<Counter> {
    Some(address_of(Route::SignIn, &ctx.client.network()?))
}

/// The counter of failed sign-ins of a client, as far as its address is known.
pub fn failures_of_client(ctx: &Context) -> Option<Counter> {
    Some(client_of(Route::SignIn, &ctx.client.network()?, ctx))
}

/// Refuses where a limit is reached, or where places that are taken have to be decided first.
pub(super) async fn admit(
    ctx: &Context,
    route: Route,
    limits: &[Limit],
    used: &[Used],
) -> Result<(), ThrottleError> {
    for (limit, used) in limits.iter().zip(used) {
        let Some(most) = limit.most.map(i64::from) else { continue };
        if used.recent >= most {
            platform::count(Metric::RateLimited, route.name(), 1);
            let tallies = rows::tallies(&limit.counter, ctx.now).await?;
            return Err(Throttled::RateLimited(until_below(most, &tallies, ctx.now)).into());
        }
        if used.recent + used.undecided >= most {
            return Err(Throttled::Undecided.into());
        }
    }
    Ok(())
}

/// Counts a call of a route that is limited, before or after it was done. What counts only once it has succeeded is looked at, and left
/// to [`done`].
///
/// # Errors
///
/// `RateLimited` where there were too many: it was not counted.
pub async fn count(ctx: &Context, route: Route) -> Result<(), ThrottleError> {
    let counted = route.counted(ctx);
    let looked_at: Vec<Limit> = counted.iter().cloned().chain(route.counted_once_done(ctx)).collect();
    // Looks first, so that hammering at a limit writes nothing.
    look(ctx, route, &looked_at).await?;
    if counted.is_empty() {
        return Ok(());
    }
    let mut change = Change::new();
    change.add_all(counted.iter().flat_map(|limit| rows::count_below(limit, ctx.now)));
    match change.try_commit(ctx).await {
        Ok(_) => Ok(()),
        // Others were faster.
        Err(commit::CommitError::Unmet(_)) => {
            look(ctx, route, &counted).await?;
            Err(Throttled::Undecided.into())
        }
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Counts that a call has succeeded, in the commit of what it did: no two at once pass the limit.
pub fn done(ctx: &Context, change: &mut Change, route: Route) {
    if let Some(limit) = route.counted_once_done(ctx) {
        change.add_all(rows::count_below(&limit, ctx.now));
    }
}

/// Why [`done`] has refused a commit: others were faster.
pub async fn overtaken(ctx: &Context, route: Route) -> ThrottleError {
    match look(ctx, route, route.counted_once_done(ctx).as_slice()).await {
        Ok(()) => Throttled::Undecided.into(),
        Err(refused) => refused,
    }
}

async fn look(ctx: &Context, route: Route, limits: &[Limit]) -> Result<(), ThrottleError> {
    if limits.is_empty() {
        return Ok(());
    }
    let used = rows::used(limits, ctx.now).await?;
    admit(ctx, route, limits, &used).await
}
