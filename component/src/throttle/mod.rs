//! How often something may be tried.
//!
//! An attempt is reserved before the slow hash and given back when it was no guess, so that two hundred guesses at once are
//! still five. What is counted is named by a hash, so that an address without an account counts exactly like one with.
//!
//! ```text
//! reserve ── refused: 429, nothing is hashed
//!         └─ reserved ── hash ── right: give_back, with the session    (statements of the same commit)
//!                             ├─ wrong: it stays, and the fifth has set the lock
//!                             └─ busy:  take_back                      (it was no guess)
//! ```

mod limit;
mod lock;
mod rows;
mod suspicion;
mod unlock;

pub use limit::{Limits, Route};
pub use lock::{Locked, count, is_worth_telling, may_reauthenticate, reserve, reserve_in_session};
pub use rows::prune;
pub use suspicion::{
    Suspicion, after_failures, once_a_day, repeated_by_address, repeated_by_client, repeated_on_account,
};
pub use unlock::unlock;

use crate::{context::Context, platform, storage::Statement, time::Time};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What is counted, by a hash that tells nothing of it by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Counter {
    name: &'static str,
    subject: [u8; 32],
}

impl Counter {
    fn new(name: &'static str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix(name);
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self { name, subject: hash.finalize().into() }
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What tells one attempt from others in whatever it is counted by.
struct Reservation {
    at: Time,
    nonce: [u8; 16],
}

impl Reservation {
    fn new(ctx: &Context) -> Self {
        Self { at: ctx.now, nonce: platform::random() }
    }
}

/// An attempt that was reserved.
pub struct Attempt {
    reservation: Reservation,
    /// The counter that locks, and whether this attempt set its lock.
    lock: Counter,
    locked: Option<Locked>,
    limits: Vec<Counter>,
}

impl Attempt {
    /// The lock that it set: should it fail, further attempts are refused.
    #[must_use]
    pub const fn locked(&self) -> Option<&Locked> {
        self.locked.as_ref()
    }

    /// It succeeded: what it was counted by begins anew, and limits get it back. For the commit of what it led to.
    #[must_use]
    pub fn give_back(&self) -> Vec<Statement> {
        let begin_anew = rows::forget(&self.lock);
        begin_anew
            .into_iter()
            .chain(self.limits.iter().map(|limit| rows::take_back(limit, &self.reservation)))
            .collect()
    }
}
