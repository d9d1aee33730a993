//! The trail of security events. Every change records what it did in the same transaction (see
//! [`crate::storage::Change`]); nothing else writes here.

pub mod counted;
mod event;
mod mac;
pub mod read;
mod recorded;
pub mod refused_tokens;
pub mod rows;
pub mod tree;

pub use event::{Event, Kind, Weight};
pub use recorded::{Recorded, record};

use crate::time::Span;

/// Events that outsiders can cause without bound are counted for this long, and become one.
const WINDOW: Span = Span::minutes(1);
