//! Mail: none yet.

use crate::{
    Adapter,
    bindings::mailer::{Guest, Message, Outcome},
};

impl Guest for Adapter {
    async fn available() -> bool {
        false
    }

    fn committed() {}

    async fn send(_: Message) -> Outcome {
        Outcome::Never("this host has no mail".into())
    }
}
