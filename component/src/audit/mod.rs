//! The audit log: what is read of it, what other components append, and the tree that proves it whole.

pub mod counted;
pub mod read;
mod record;
mod recorded;
pub mod refused_tokens;
mod rows;
pub mod tree;

pub use record::record;
pub use recorded::Recorded;
