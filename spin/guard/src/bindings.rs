//! `wasi:http/handler`, exported; the next one's is imported through the SDK.
#![allow(unsafe_code, reason = "generated: the canonical ABI is made of raw pointers")]

use crate::Guard;

spin_sdk::wasip3::http::service::export!(Guard);

pub use spin_sdk::wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Fields, Method, Request, Response},
    wit_future, wit_stream,
};
