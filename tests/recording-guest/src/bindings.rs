//! Generated from `recording.wit` beside it and `wit/`.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package mana:recording;

        interface shop {
            use mana:auth/audit-log@0.1.0.{error, event};

            %record: async func(event: event) -> result<string, error>;
        }

        world recording {
            include mana:auth/recorder@0.1.0;
            export shop;
        }
    ",
    path: "../../wit",
    world: "mana:recording/recording",
    generate_all,
});

use super::Guest;
export!(Guest);
