//! The interfaces that the component exports: each call becomes a use case, as an HTTP route does.

mod accounts;
mod audit;
mod call;
mod exchange;
mod failure;
mod import;
mod keys;
mod mail;
mod maintenance;
mod sessions;
mod sessions_read;
mod token_signing;
mod tokens;
mod types;

/// The component.
pub struct Component;
