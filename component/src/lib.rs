//! The authentication service: one pure component.
//!
//! Data goes one way: a face ([`http`], [`exports`], [`maintenance`]: parse, authenticate) → a use case of a domain ([`accounts`],
//! [`sessions`], [`credentials`], [`keys`], [`audit`], …: decide) → its `rows` and its [`events`], in one [`commit`] → [`storage`]. A
//! domain's `rows` are its own; what others may use of them stands in its `mod.rs`.

pub mod accounts;
pub mod audit;
mod bindings;
pub mod challenges;
pub mod commit;
pub mod context;
pub mod credentials;
pub mod devices;
pub mod email;
pub mod error;
pub mod events;
pub mod exports;
#[cfg(target_family = "wasm")]
mod guest;
pub mod http;
pub mod ids;
mod invalidations;
mod json;
pub mod keys;
pub mod mail;
mod mailer;
pub mod maintenance;
pub mod notices;
mod once_per_interval;
pub mod outbox;
pub mod passwords;
pub mod platform;
pub mod registrations;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod storage;
pub mod text;
pub mod throttle;
pub mod time;
mod verified_tokens;
