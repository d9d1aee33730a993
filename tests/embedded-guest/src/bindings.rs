//! Generated from what stands here and `wit/`.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package mana:embedded;

        interface shop {
            use mana:auth/audit-log@0.1.0.{error, event};
            use mana:auth/types@0.1.0.{client, refusal, signed-in};

            %record: async func(event: event) -> result<string, error>;
            enter: async func(email: string, password: string, client: client) -> result<signed-in, refusal>;
            ticket: async func(session: string, audience: string) -> result<string, refusal>;
            leave: async func(refresh-token: string, client: client) -> result<_, refusal>;
        }

        world embedded {
            import mana:auth/audit-log@0.1.0;
            import mana:auth/sessions@0.1.0;
            import mana:auth/token-signing@0.1.0;
            export shop;
        }
    ",
    path: "../../wit",
    world: "mana:embedded/embedded",
    generate_all,
});

use super::Guest;
export!(Guest);
