//! What makes the trail of security events tamper-evident, without any input or output: the service seals with it, and
//! whoever has a copy of the database verifies with it, by the same code.
//!
//! ```text
//! event ── Leaf ──▶ leaf hash ─┐
//! event ── Leaf ──▶ leaf hash ─┴─ Frontier ──▶ root ── Checkpoint ──▶ signed note, which leaves the database
//! ```
//!
//! The tree is that of RFC 9162 §2.1; a checkpoint is a signed note of C2SP `tlog-checkpoint`. Each event's place is part of
//! its leaf, and its personal details are there as a digest alone, so that they can be destroyed and the tree still stands.

mod checkpoint;
mod frontier;
mod hash;
mod leaf;
mod note;
mod proof;
mod source;
mod stored;
mod told;
mod verify;

pub use checkpoint::{Checkpoint, Malformed};
pub use frontier::{Frontier, TILE, Tile};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use leaf::{Details, Leaf};
pub use note::{KeyName, Note, PublicKey, SigningKey, VerifierKey};
pub use proof::{Subtree, consistency, fold, inclusion, verify_consistency, verify_inclusion};
pub use source::{BadSource, Source};
pub use stored::{Stored, stored_text};
pub use told::{Erased, Prefix, pruned, ranges_of, root_text};
pub use verify::{Event, Finding, Seal, Verifier};
