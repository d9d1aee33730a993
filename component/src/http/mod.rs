//! HTTP: from a request record to a use case and back. One file a resource; the rest of this folder is what
//! they share.

mod account;
mod admin;
mod audit_events;
mod authentication;
mod body;
mod call;
mod change_password;
mod cookies;
mod exchange;
mod json;
mod jwks;
mod login;
mod logout;
mod maintenance;
pub mod openapi;
mod origin;
mod parameters;
mod problem;
mod profile;
mod refresh;
mod register;
mod routes;
mod security_events;
mod service_token;
mod session;
mod session_to_token;
mod sessions;
mod signed_in;
mod validate;

pub use exchange::handle;
