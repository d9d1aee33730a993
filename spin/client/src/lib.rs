//! The typed client: `mana:auth/sessions-read`, `tokens` and `audit-log` for an app on the same Spin, which asks the auth
//! service over HTTP (local service chaining).
//!
//! An app has it as a component dependency. It holds no database, and no secret but the app's own: linking the auth service itself into
//! the app would hand the app the password hashes. What it can say is therefore what the HTTP API says to anybody who
//! holds a token:
//!
//! | function | how |
//! | --- | --- |
//! | `tokens.verify` | computed here, and nobody is asked |
//! | `sessions-read.validate` | `POST /api/v1/auth/validate` |
//! | `sessions-read.get`, `sessions-read.list` | always `denied` |
//! | `audit-log.record` | `POST /api/v1/auth/audit/events`, with the secret of the app's source (`auth_audit_secret`) |
//!
//! `get` and `list` tell of anybody's sessions, with addresses and devices, to whoever knows an id. The HTTP API tells
//! a session only to its own user and lists a user's sessions only to that user, and this client holds nothing by which
//! the service could know the app: every app that may call it would else be told everything about everybody.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "natively, only the pure parts are tested")
)]

#[cfg(target_family = "wasm")]
mod audit_log;
#[cfg(target_family = "wasm")]
mod bindings;
pub mod outcome;
#[cfg(target_family = "wasm")]
mod service;
#[cfg(target_family = "wasm")]
mod sessions_read;
#[cfg(target_family = "wasm")]
mod tokens;
pub mod verdict;

#[cfg(target_family = "wasm")]
struct Client;
