//! The world `provider` of `mana:auth`.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use spin_sdk::wit_bindgen;

wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: "../../wit",
    world: "provider",
});

#[cfg(target_family = "wasm")]
use super::Adapter;
// Natively these names don't link.
#[cfg(target_family = "wasm")]
export!(Adapter);

pub use exports::mana::auth::{config, invalidations, mailer, platform, storage};
