//! What makes this crate a component: its exports, and the random source that crates ask for by name.

#![allow(unsafe_code, reason = "generated exports, and one C symbol that getrandom wants")]
#![allow(clippy::all, reason = "generated")]

use crate::{bindings, exports::Component};

bindings::export!(Component with_types_in bindings);

/// What `getrandom` calls on a target without a random source of its own: 0.3 and 0.4 share the symbol.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(dest: *mut u8, len: usize) -> Result<(), getrandom::Error> {
    // SAFETY: getrandom's contract: `dest` is valid for writes of `len` bytes.
    let dest = unsafe { core::slice::from_raw_parts_mut(dest, len) };
    crate::platform::fill(dest);
    Ok(())
}
