//! The guard: HTTP middleware that lets a request through to an app only with a live session.
//!
//! ```text
//!          ┌─────────────────────────── guard ────────────────────────────┐
//! client ─▶│ config ─ decision ─ asking ─ admission ─ fields ─ forwarding │─▶ app
//!          │              │         │          │                          │
//!          │           refusal      ▼       refusal                       │
//!          └────────────────── auth.spin.internal ────────────────────────┘
//! ```
//!
//! - [`decision`] says what can be said at once: a path with two readings is refused ([`path`]), a listed one is
//!   public, a change of state by cookie needs a page of the app's own ([`origin`]), and the rest needs a session.
//! - `asking` has the auth service judge the session, with each request anew: nothing is kept, so that a session that
//!   ends has ended with the next request. What is neither a yes nor a no lets nobody through ([`identity`]).
//! - [`admission`] says who of those may come to the path: by their role ([`roles`]), and by how lately they proved who
//!   they are ([`max_ages`], [`proof`]).
//! - [`fields`] says what the app gets: who came, in headers that no client can set, and a token for a minute. The
//!   session itself it doesn't get: an app that leaks its requests leaks no session.
//! - `forwarding` hands request and answer on as streams. The guard holds no body.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "natively, only the pure parts are tested")
)]

pub mod admission;
#[cfg(target_family = "wasm")]
mod asking;
#[cfg(target_family = "wasm")]
mod bindings;
pub mod config;
pub mod credential;
pub mod decision;
pub mod fields;
#[cfg(target_family = "wasm")]
mod forwarding;
#[cfg(target_family = "wasm")]
mod guard;
#[cfg(target_family = "wasm")]
mod guest;
pub mod identity;
pub mod max_ages;
pub mod origin;
pub mod page;
pub mod path;
pub mod proof;
pub mod rejection;
pub mod renewal;
pub mod roles;
pub mod rules;
