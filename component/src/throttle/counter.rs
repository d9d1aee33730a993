//! What is counted.

use crate::storage::Value;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What locks after too many failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Signing in to an account.
    Account,
    /// Signing in to an account on a device that did so before.
    Device,
    /// Proving again who one is.
    Reauthentication,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Signing in: failures.
    SignIn,
    /// Registering: every attempt of a client, since it is the hash that costs; of everyone together the accounts that were made, since
    /// it is they that fill the disk.
    Registration,
    /// Exchanging a refresh token: failures.
    Refresh,
    /// Validating an access token: those that the service did not issue.
    Validate,
    /// Typing a code that was mailed: wrong ones, of all accounts together.
    Code,
}

/// Whose calls of a route are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of one network.
    Address,
    /// Those of one network and user agent.
    Client,
    /// Those without a known address.
    Unknown,
    /// All of them.
    All,
}

/// What kind of thing a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterKind {
    /// Failures that lead to a lock.
    Lock(Lock),
    /// Calls of a route that is limited.
    Limit(Route, Scope),
}

impl Lock {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Account, Self::Device, Self::Reauthentication];

    /// In one word, for counters and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Device => "device",
            Self::Reauthentication => "reauthentication",
        }
    }
}

impl Route {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::SignIn, Self::Registration, Self::Refresh, Self::Validate, Self::Code];

    /// In one word, for counters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Registration => "registration",
            Self::Refresh => "refresh",
            Self::Validate => "validate",
            Self::Code => "code",
        }
    }
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Address, Self::Client, Self::Unknown, Self::All];
}

impl CounterKind {
    /// Every kind that there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let limits = Route::ALL.into_iter();
        let limits = limits.flat_map(|route| Scope::ALL.map(|scope| Self::Limit(route, scope)));
        limits.chain(Lock::ALL.map(Self::Lock))
    }

    /// As the rows of the counter are named.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lock(lock) => lock.name(),
            Self::Limit(Route::SignIn, Scope::Address) => "sign_in:address",
            Self::Limit(Route::SignIn, Scope::Client) => "sign_in:client",
            Self::Limit(Route::SignIn, Scope::Unknown) => "sign_in:unknown",
            Self::Limit(Route::SignIn, Scope::All) => "sign_in:all",
            Self::Limit(Route::Registration, Scope::Address) => "registration:address",
            Self::Limit(Route::Registration, Scope::Client) => "registration:client",
            Self::Limit(Route::Registration, Scope::Unknown) => "registration:unknown",
            Self::Limit(Route::Registration, Scope::All) => "registration:all",
            Self::Limit(Route::Refresh, Scope::Address) => "refresh:address",
            Self::Limit(Route::Refresh, Scope::Client) => "refresh:client",
            Self::Limit(Route::Refresh, Scope::Unknown) => "refresh:unknown",
            Self::Limit(Route::Refresh, Scope::All) => "refresh:all",
            Self::Limit(Route::Validate, Scope::Address) => "validate:address",
            Self::Limit(Route::Validate, Scope::Client) => "validate:client",
            Self::Limit(Route::Validate, Scope::Unknown) => "validate:unknown",
            Self::Limit(Route::Validate, Scope::All) => "validate:all",
            Self::Limit(Route::Code, Scope::Address) => "code:address",
            Self::Limit(Route::Code, Scope::Client) => "code:client",
            Self::Limit(Route::Code, Scope::Unknown) => "code:unknown",
            Self::Limit(Route::Code, Scope::All) => "code:all",
        }
    }

    /// Whether what is counted costs whoever causes it next to nothing, while a failed sign-in costs a hash.
    pub const fn is_cheap(self) -> bool {
        matches!(self, Self::Limit(Route::Refresh | Route::Validate | Route::Code, _))
    }
}

impl From<CounterKind> for Value {
    fn from(kind: CounterKind) -> Self {
        kind.name().into()
    }
}

/// What is counted, by a hash that tells nothing of it by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Counter {
    /// What kind of thing it is.
    pub(super) kind: CounterKind,
    /// Which one.
    pub(super) subject: [u8; 32],
}

impl Counter {
    /// Of failures that lead to a lock.
    pub(super) fn of_lock(lock: Lock, parts: &[&[u8]]) -> Self {
        Self::new(CounterKind::Lock(lock), parts)
    }

    /// Of calls of a route.
    pub(super) fn of_limit(route: Route, scope: Scope, parts: &[&[u8]]) -> Self {
        Self::new(CounterKind::Limit(route, scope), parts)
    }

    fn new(kind: CounterKind, parts: &[&[u8]]) -> Self {
        Self { kind, subject: subject(kind.name(), parts) }
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())
    }
}

/// A hash of what is counted or told of, under the name of its kind.
pub fn subject(name: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(name);
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A counter, and how many there may be; none: any number.
#[derive(Clone)]
pub struct Limit {
    pub counter: Counter,
    pub most: Option<u32>,
}

impl Limit {
    pub fn new(counter: Counter, most: u32) -> Self {
        Self { counter, most: Some(most).filter(|most| *most > 0) }
    }
}
