//! The host of the authentication component: run it with the binary `mana-auth`, or embed it.

pub mod bindings;
pub mod clock;
pub mod config;
pub mod passwords;
pub mod random;
pub mod secret;
pub mod storage;
