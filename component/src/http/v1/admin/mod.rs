//! What administrators call.

pub mod audit;
pub mod security_events;
pub mod users;
