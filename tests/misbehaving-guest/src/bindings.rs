//! The Rust side of `wit/`, generated.

#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(unsafe_code, reason = "generated code speaks the canonical ABI, which is pointers and lengths")]
#![allow(clippy::all, clippy::unreachable, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package mana:misbehaving;

        world misbehaving {
            import mana:auth/storage@0.1.0;
            import mana:auth/passwords@0.1.0;
            import mana:auth/config@0.1.0;
            import mana:auth/platform@0.1.0;
            export mana:auth/exchange@0.1.0;
            export mana:auth/maintenance@0.1.0;
        }
    ",
    path: "../../wit",
    world: "mana:misbehaving/misbehaving",
    generate_all,
});

#[cfg(target_family = "wasm")]
export!(Guest with_types_in self);

use crate::Guest;

/// Every other export of the service: whoever calls one traps.
mod calls {
    wit_bindgen::generate!({ path: "../../wit", world: "calls", stubs });
}
