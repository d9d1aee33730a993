//! The host of the authentication component: run it with the binary `mana-auth`, or embed it.
//!
//! [`Server`] is the whole of it. Each of the component's imports is a trait that an embedder may implement:
//! [`storage::Storage`], [`invalidations::Invalidations`], [`passwords::Passwords`], [`clock::Clock`],
//! [`random::Random`], [`mail::Mailer`].

pub mod artefact;
pub mod audit_log;
pub mod bindings;
pub mod clock;
pub mod config;
mod file_mode;
pub mod imports;
pub mod invalidations;
mod loopback;
pub mod mail;
mod metrics;
pub mod passwords;
pub mod random;
pub mod secret;
mod server;
pub mod storage;
mod workers;

pub use imports::HostState;
pub use server::{AuditLog, BuildError, Builder, Calls, Interface, Peer, Server, Service};
pub use workers::{CallError, Instance, PrepareError, StartError};
