//! The front: `wasi:http/handler@0.3.0` over `mana:auth/exchange`, for every host that speaks only that.
//!
//! ```text
//! wasi:http request ─ request::read ─▶ exchange.handle ─ response::write ─▶ wasi:http response
//!                                                        mails, and now and then housekeeping, after the answer
//! ```
//!
//! What it can't learn from a request it reads from the environment, once; see [`settings`].

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "natively, only the pure parts are tested")
)]

#[cfg(target_family = "wasm")]
mod bindings;
mod caller;
#[cfg(target_family = "wasm")]
mod delivery;
#[cfg(target_family = "wasm")]
mod front;
#[cfg(target_family = "wasm")]
mod guest;
#[cfg(target_family = "wasm")]
mod housekeeping;
#[cfg(target_family = "wasm")]
mod own;
#[cfg(target_family = "wasm")]
mod probe;
#[cfg(target_family = "wasm")]
mod request;
#[cfg(target_family = "wasm")]
mod response;
mod settings;
