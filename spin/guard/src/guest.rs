//! What makes this crate a component: its export.

#![allow(unsafe_code, reason = "generated: the canonical ABI is made of raw pointers")]

use crate::guard::Guard;

spin_sdk::wasip3::http::service::export!(Guard);
