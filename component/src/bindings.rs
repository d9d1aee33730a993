//! The Rust side of `wit/`, generated.

#![allow(unsafe_code, reason = "generated bindings")]
#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../wit",
    world: "auth",
    generate_all,
});
