//! The trail of security events. Every change records what it did in the same transaction (see
//! [`crate::storage::Change`]); nothing else writes here.

mod event;
pub mod lost;
pub mod refused_tokens;
pub mod rows;

pub use event::{Event, Kind, Weight};

use crate::time::Span;

/// Events that outsiders can cause without bound are counted for this long, and become one.
const WINDOW: Span = Span::minutes(1);
