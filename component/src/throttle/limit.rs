//! Sliding limits on what one client, or everyone without a known address together, may do.

use super::Counter;
use crate::{context::Context, time::Span};

/// How far back is counted.
pub const WINDOW: Span = Span::minutes(15);

/// What is limited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Signing in: failures.
    SignIn,
    /// Registering: every attempt, since it is the hash that costs.
    Registration,
    /// Exchanging a refresh token: failures.
    Refresh,
    /// Validating an access token: those that the service did not issue.
    Validate,
}

/// How many within a quarter of an hour. 0: any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From one address, or one /64 of IPv6.
    pub address: u32,
    /// From one address with one user agent.
    pub client: u32,
    /// From clients whose address is not known, together.
    pub unknown: u32,
}

impl Route {
    /// In one word, for counters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Registration => "registration",
            Self::Refresh => "refresh",
            Self::Validate => "validate",
        }
    }

    const fn counters(self) -> [&'static str; 3] {
        match self {
            Self::SignIn => ["sign_in:address", "sign_in:client", "sign_in:unknown"],
            Self::Registration => ["registration:address", "registration:client", "registration:unknown"],
            Self::Refresh => ["refresh:address", "refresh:client", "refresh:unknown"],
            Self::Validate => ["validate:address", "validate:client", "validate:unknown"],
        }
    }

    const fn limits(self, ctx: &Context) -> Limits {
        let settings = ctx.settings;
        match self {
            Self::SignIn => settings.limits_sign_in,
            Self::Registration => settings.limits_registration,
            Self::Refresh => settings.limits_refresh,
            Self::Validate => settings.limits_validate,
        }
    }

    /// What a call counts against, and how many there may be. Whoever has no address has no counter of their own.
    pub(super) fn counted(self, ctx: &Context) -> Vec<(Counter, u32)> {
        let ([address, client, unknown], limits) = (self.counters(), self.limits(ctx));
        let counted = match ctx.client.network() {
            Some(network) => vec![
                (Counter::new(address, &[network.as_bytes()]), limits.address),
                (client_of(client, &network, ctx), limits.client),
            ],
            None => vec![(Counter::new(unknown, &[]), limits.unknown)],
        };
        // Also without a limit, so that repeated failures are noticed; nobody comes to so many.
        counted
            .into_iter()
            .map(|(counter, limit)| (counter, if limit == 0 { UNLIMITED } else { limit }))
            .collect()
    }
}

fn client_of(name: &'static str, network: &str, ctx: &Context) -> Counter {
    let user_agent = ctx.client.user_agent.as_deref().unwrap_or_default();
    Counter::new(name, &[network.as_bytes(), user_agent.as_bytes()])
}

/// The counter of failed sign-ins of an address, as far as it is known.
pub fn failures_of_address(ctx: &Context) -> Option<Counter> {
    let [address, _, _] = Route::SignIn.counters();
    Some(Counter::new(address, &[ctx.client.network()?.as_bytes()]))
}

/// The counter of failed sign-ins of a client, as far as its address is known.
pub fn failures_of_client(ctx: &Context) -> Option<Counter> {
    let [_, client, _] = Route::SignIn.counters();
    Some(client_of(client, &ctx.client.network()?, ctx))
}

const UNLIMITED: u32 = 1_000_000;
