//! The world `front` of `mana:auth`, and `wasi:http` around it.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

wit_bindgen::generate!({ path: "../wit", world: "front" });

pub use wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Fields, Method, Request, Response, Scheme},
    wit_future, wit_stream,
};
