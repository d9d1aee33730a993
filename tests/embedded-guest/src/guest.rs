//! What makes this crate a component: its export.

#![allow(unsafe_code, reason = "generated: the canonical ABI is made of raw pointers")]
#![allow(clippy::all, reason = "generated")]

use crate::{Guest, bindings};

bindings::export!(Guest with_types_in bindings);
