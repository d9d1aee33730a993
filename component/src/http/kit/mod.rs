//! What the routes share: extracting what a request says, and answering.

pub mod authentication;
pub mod bodies;
pub mod body;
pub mod call;
pub mod cookies;
pub mod fields;
pub mod fresh;
pub mod json;
pub mod mailed;
pub mod origin;
pub mod parameters;
pub mod problem;
pub mod redirect_to;
mod unreadable;
