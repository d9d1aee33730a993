//! The import `passwords`: hashing on threads of its own, in a bounded and fair queue.

mod convert;
mod job;
mod live;
mod network;
mod pool;
mod queue;
mod schedule;
mod served;

pub use crate::bindings::mana::auth::passwords::{Behalf, Error, Estimate, Parameters, Verdict};
pub use live::{LiveRequest, LiveRequests};
pub use mana_auth_passwords::Blocklist;
pub use pool::{Gauges, Pool, PoolOptions};

use async_trait::async_trait;

/// Password strength and hashing, as `wit/passwords.wit` describes them.
#[async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// How strong a password is.
    ///
    /// # Errors
    ///
    /// As `passwords.strength` says.
    async fn strength(&self, password: String, hints: Vec<String>, behalf: Behalf)
    -> Result<Estimate, Error>;

    /// An Argon2id PHC string, with the salt of another one where that is to be compared with at once.
    ///
    /// # Errors
    ///
    /// As `passwords.hash` says.
    async fn hash(
        &self,
        password: String,
        parameters: Parameters,
        beside: Option<String>,
        behalf: Behalf,
    ) -> Result<String, Error>;

    /// Compares a password with encoded hashes.
    ///
    /// # Errors
    ///
    /// As `passwords.verify` says.
    async fn verify(
        &self,
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        behalf: Behalf,
    ) -> Result<Vec<Result<Verdict, Error>>, Error>;

    /// Whether `verify` can compute an encoded hash.
    ///
    /// # Errors
    ///
    /// As `passwords.supports` says.
    fn supports(&self, encoded: &str) -> Result<(), Error> {
        Ok(mana_auth_passwords::supports(encoded)?)
    }
}
