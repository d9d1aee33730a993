//! `wasi:http/handler`, exported; the next one's is imported through the SDK.

pub use spin_sdk::wasip3::{
    exports::http::handler::Guest,
    http::types::{ErrorCode, Fields, Method, Request, Response},
    wit_future, wit_stream,
};
