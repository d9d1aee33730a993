//! The world `provider` of `mana:auth`.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use spin_sdk::wit_bindgen;

wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: "../../wit",
    world: "provider",
});

use super::Adapter;
export!(Adapter);

pub use exports::mana::auth::{config, platform, storage};
