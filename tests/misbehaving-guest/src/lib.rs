//! A guest that loops, traps and leaks on request, to show what the host does about it.
//!
//! The path of a request says what to do; see [`exchange`]. What the host's tests want to see of the other
//! exports, these tell by the statements that they send to storage (`start true`, `flush`, `run`, `status`).

#![allow(clippy::panic, reason = "that is how a guest traps")]

mod bindings;
mod exchange;
mod maintenance;

/// The component.
struct Guest;
