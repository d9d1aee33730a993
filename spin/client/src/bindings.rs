//! The world `client` of `mana:auth`.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use spin_sdk::wit_bindgen;

wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: "../../wit",
    world: "client",
});

use super::Client;
export!(Client);

pub use exports::mana::auth::{audit_log, sessions_read, tokens};
