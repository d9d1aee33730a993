//! HTTP: from a request record to a use case and back. `v1` has one file a resource, and `kit` what they share.

mod exchange;
mod kit;
mod openapi;
mod routes;
mod v1;

pub use exchange::handle;
pub use routes::document;
