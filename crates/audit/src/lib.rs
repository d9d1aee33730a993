//! The computations that make the audit log tamper-evident, without any input or output. The service seals
//! with them, and whoever has a copy of the database verifies with them: the same code.
//!
//! ```text
//! event ── Leaf ──▶ leaf hash ─┐
//! event ── Leaf ──▶ leaf hash ─┴─ Frontier ──▶ root ── Checkpoint ──▶ signed note, which leaves the database
//! ```
//!
//! The tree is the Merkle tree of RFC 9162 §2.1. A checkpoint is a signed note (C2SP `tlog-checkpoint`). A
//! leaf holds the index of its event, so that events can't change places. Of the personal details it holds a
//! salted digest alone, so that they can be destroyed and the tree stays whole.

mod checkpoint;
mod frontier;
mod hash;
mod leaf;
mod note;
mod proof;
mod removals;
mod source;
mod stored;
mod verify;

pub use checkpoint::{Checkpoint, Malformed};
pub use frontier::{Frontier, TILE, Tile};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use leaf::{Details, Leaf};
pub use note::{KeyName, Note, PublicKey, SigningKey, VerifierKey};
pub use proof::{Subtree, consistency, fold, inclusion, verify_consistency, verify_inclusion};
pub use removals::{Erased, Prefix, pruned, ranges_of, root_text};
pub use source::{BadSource, Source};
pub use stored::{Stored, stored_text};
pub use verify::{Event, Finding, Seal, Verifier};
