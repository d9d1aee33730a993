//! The Rust side of `wit/`, generated, and the random source that crates ask for by name.

#![allow(unsafe_code, reason = "generated bindings, their exports, and one C symbol that getrandom wants")]
#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../wit",
    world: "auth",
    generate_all,
});

#[cfg(target_family = "wasm")]
export!(Component with_types_in self);
#[cfg(target_family = "wasm")]
use crate::exports::Component;

/// What `getrandom` calls on a target without a random source of its own: 0.3 and 0.4 share the symbol.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(dest: *mut u8, len: usize) -> Result<(), getrandom::Error> {
    // SAFETY: getrandom's contract: `dest` is valid for writes of `len` bytes.
    let dest = unsafe { core::slice::from_raw_parts_mut(dest, len) };
    crate::platform::fill(dest);
    Ok(())
}
