//! What makes this crate a component: its export.

#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use crate::front::Front;

wasip3::http::service::export!(Front);
