//! The trail of security events. Every change records what it did in the same transaction (see
//! [`crate::storage::Change`]); nothing else writes here.

pub mod counted;
mod event;
pub mod refused_tokens;
pub mod rows;

pub use event::{Cap, Event, Kind, Weight};

use crate::time::Span;

/// Events that outsiders can cause without bound are counted for this long, and become one.
const WINDOW: Span = Span::minutes(1);
