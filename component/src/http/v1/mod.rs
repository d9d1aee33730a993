//! The routes below `/api/v1/auth`: one file a resource.

pub mod account;
pub mod admin;
pub mod audit_events;
pub mod change_password;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod maintenance;
pub mod profile;
pub mod refresh;
pub mod register;
pub mod security_events;
pub mod service_token;
pub mod session;
pub mod session_to_token;
pub mod sessions;
mod signed_in;
pub mod user;
pub mod validate;
