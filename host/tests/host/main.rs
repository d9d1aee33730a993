//! What is the host's alone: how it treats a component that misbehaves, and HTTP that does.
//!
//! The component here is `tests/misbehaving-guest`, whose paths say what it does. `make guests` builds it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod address_limits;
mod answers_given_again;
mod connections;
mod contract;
mod egress;
mod embedding;
mod http;
mod lifecycle;
mod limits;
mod runaways;
mod support;
mod traps;
mod versions;
