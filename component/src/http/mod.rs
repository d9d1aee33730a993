//! HTTP: from a request record to a use case and back. `v1` has one file a resource, and `kit` what they share.

#[cfg(not(target_family = "wasm"))]
mod document;
mod exchange;
mod kit;
mod openapi;
mod pages;
mod router;
mod routes;
mod v1;

pub use exchange::handle;
#[cfg(not(target_family = "wasm"))]
pub use router::document;
