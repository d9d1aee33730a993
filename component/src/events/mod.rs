//! Security events: what is written of whatever happens. A change writes them in its own transaction (see
//! [`crate::commit::Change`]).

mod event;
mod rows;
mod written;

pub use event::{Event, EventType, Weight};
pub use rows::{count_lost, insert};
pub use written::Written;

use crate::time::Span;

/// Events that outsiders can cause without bound are counted for this long, and become one.
pub const WINDOW: Span = Span::minutes(1);
