//! The Rust side of `wit/`, generated. How each import is bound is decided here and nowhere else.

#![allow(missing_docs, reason = "the documentation of generated items is in wit/")]
#![allow(clippy::all, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "auth",
    imports: {
        // Whatever a host might have to wait for must not hold up the other requests of the instance.
        "mana:auth/storage": async | store | trappable,
        "mana:auth/invalidations.check": async | store | trappable,
        "mana:auth/passwords": async | store | trappable,
        "mana:auth/config": async | store | trappable,
        "mana:auth/mailer.available": async | store | trappable,
        "mana:auth/mailer.send": async | store | trappable,
        default: trappable,
    },
    exports: { default: async | store },
});

/// The world `recorder`: what an embedder links into components of its own.
pub mod recorder {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "recorder",
        imports: { "mana:auth/audit-log": async | store | trappable },
    });
}
