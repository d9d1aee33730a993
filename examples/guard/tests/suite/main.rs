//! The guards before a real app, with the real service behind them and a clock that tests move.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod app;
mod every_way;
mod guard;
mod house;
mod offline;
mod remote;
mod stub;
