//! What this app imports: the typed client, which spin.toml provides.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use spin_sdk::wit_bindgen;

wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: "../../../wit",
    inline: "
        package example:typed;

        world app {
            import mana:auth/sessions-read@0.1.0;
            import mana:auth/audit-log@0.1.0;
        }
    ",
    world: "example:typed/app",
    generate_all,
});

pub use mana::auth::{audit_log, sessions_read};
