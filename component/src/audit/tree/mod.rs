//! The tree that makes the audit log tamper-evident: a Merkle tree (RFC 9162) over the events, with signed
//! checkpoints (C2SP `tlog-checkpoint`). The crate `mana_auth_audit` computes; this module reads and writes.
//! All of it is housekeeping or an operator's call, off the path of requests.
//!
//! ```text
//! events that wait ── seal ──▶ leaves, tiles, tree head, checkpoint (one commit) ──▶ the log, and the host's file
//!                                                         compare ◀── the newest of that file, at the next start
//! ```
//!
//! | use case | what it does |
//! | --- | --- |
//! | [`seal`] | appends what waits to the tree, and signs a checkpoint |
//! | [`verify_next`], [`verify_range`] | verify that sealed events are what was signed |
//! | [`prune`] | drops events past their retention |
//! | [`erase`] | destroys a person's details |
//! | [`inclusion`], [`consistency`] | prove it to whoever keeps checkpoints |
//! | [`compare`] | notices that the database was put back |
//! | [`rotate_key`] | makes another key sign |
//!
//! All of them begin with a [`Tree`]: the tree head, once its signature was verified. It answers whether the
//! tree includes an event, and whether it has grown from another tree. Without it, no row is trusted.
//!
//! The hard parts are explained where they are: what is believed of an event that is not sealed yet
//! ([`unsealed`]), what takes the place of a signature at a beginning ([`signed`]), which key signs
//! ([`signing`]), and how a rollback is noticed ([`rollback`]).

mod batch;
mod begin;
mod begun;
mod boundary;
mod claims;
mod compare;
mod erase;
mod foreign;
mod hashes;
mod keys;
mod progress;
mod proof;
mod prune;
mod rollback;
mod rotate;
mod rows;
mod seal;
mod signed;
mod signing;
mod stopped;
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
pub use signed::Tree;
pub use verify::{last_verification, note_finding, verify_next, verify_range};
