//! `passwords.wasm`, as a host runs it that has no native hashing: with nothing but the platform behind it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod formats;
mod hasher;
mod hashing;
mod strength;
