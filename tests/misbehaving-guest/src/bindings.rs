//! The Rust side of `wit/`, generated.

#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(unsafe_code, reason = "generated code speaks the canonical ABI, which is pointers and lengths")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({ path: "../../wit", world: "auth", pub_export_macro: true });

#[cfg(target_family = "wasm")]
export!(Guest with_types_in self);

use crate::Guest;
