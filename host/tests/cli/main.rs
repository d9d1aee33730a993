//! The program, as a person or a script meets it: what it prints, what its exit code says, and what it leaves
//! alone. What it serves is the black-box suites' subject.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod administration;
mod backup;
mod completions;
mod configuration;
mod files;
mod health;
mod help;
mod import;
mod logs;
mod refusals;
mod secret;
mod serving;
mod support;
mod users;
