//! Mail over HTTPS: components on Spin can't speak SMTP.

mod api;
mod mailbox;
mod postmark;
mod resend;
pub mod settings;

use crate::{
    Adapter,
    bindings::mailer::{Guest, Message, Outcome},
    log,
};

impl Guest for Adapter {
    async fn available() -> bool {
        matches!(settings::load().await, Ok(Some(_)))
    }

    /// The front asks the component itself, and delivers behind its answers.
    fn committed() {}

    async fn send(message: Message) -> Outcome {
        let outcome = match settings::load().await {
            Ok(Some(api)) => api.send(&message).await,
            Ok(None) | Err(_) => Outcome::Later("the mail API can't be told".into()),
        };
        // Nobody can list mails here, so the log is where an operator learns that a key is wrong.
        if let Outcome::Later(why) | Outcome::Never(why) = &outcome {
            let fields = [("id", &message.id), ("why", why)];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.clone()));
            log::line("WARN", "a mail was not taken", fields);
        }
        outcome
    }
}
