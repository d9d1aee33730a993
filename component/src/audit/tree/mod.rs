//! The tree that makes the trail tamper-evident: sealing is housekeeping, off the path of requests. `mana_auth_audit` has the
//! hashing; here is what is read and written.
//!
//! ```text
//! unsealed events ── seal ──▶ leaves, tiles, tree, checkpoint (one commit) ──▶ the log, and the host's file
//!                                                     compare ◀── the newest of that file, at the next start
//! ```

mod begin;
mod begun;
mod boundary;
mod claims;
mod compare;
mod erase;
mod hashes;
mod keys;
mod progress;
mod proof;
mod prune;
mod rotate;
mod rows;
mod seal;
mod signed;
mod signing;
mod unsealed;
mod verify;
mod waiting;
mod walk;

pub use compare::{Comparison, compare};
pub use erase::erase;
pub use keys::{rewrap_keys, secrets_in_use};
pub use progress::Verification;
pub use proof::{Consistency, Inclusion, consistency, inclusion};
pub use prune::prune;
pub use rotate::{rotate_key, verifiers};
pub use seal::{Sealed, count_unsealed, newest_checkpoint, seal, seal_all};
pub use signed::Signed;
pub use verify::{go_on_verifying, last_verification, note_finding, verify_range};
