//! What the import `storage` promises, kept by SQLite.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
mod commits_elsewhere;
mod groups;
mod invalidations;
mod opening;
mod reads;
mod sharing;
mod support;
