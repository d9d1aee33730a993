//! Registrations: what somebody has registered waits here until the address is proven, where the operator demands that. No account exists
//! before, so that nobody can plant one at an address of others.
//!
//! An address may have an account, and three registrations of anybody. To whoever tries, all of it looks alike: all passwords of an address are
//! hashed with one salt, so that a sign-in compares with all of them at the cost of one.

mod open;
mod register;
mod rows;
mod salt;
mod waiting;

pub use open::{Proven, open};
pub use register::{Origin, register};
pub use rows::prune;
use waiting::beside;
pub use waiting::{Compared, Waiting, hash};
