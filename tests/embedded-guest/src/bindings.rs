//! Generated from `wit/`, the service's and its own.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: ["../../wit", "wit"],
    world: "mana:embedded/embedded",
    generate_all,
});
