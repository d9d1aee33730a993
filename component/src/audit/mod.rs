//! The trail of security events. Every change records what it did in the same transaction (see
//! [`crate::storage::Change`]); nothing else writes here.

mod event;
pub mod rows;

pub use event::{Event, Kind, Weight};
