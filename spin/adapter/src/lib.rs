//! The imports of `mana:auth` over the interfaces of Spin: `storage` on SQLite or PostgreSQL, `config` on variables,
//! `platform` on WASI.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "natively, only the pure parts are tested")
)]

#[cfg(target_family = "wasm")]
mod bindings;
#[cfg(target_family = "wasm")]
mod config;
#[cfg(target_family = "wasm")]
mod platform;
mod storage;

#[cfg(target_family = "wasm")]
struct Adapter;
