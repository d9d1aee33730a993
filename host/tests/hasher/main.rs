//! `passwords.wasm`, as a host runs it that has no native hashing: with nothing but the platform behind it.

mod formats;
mod hasher;
mod hashing;
mod strength;
