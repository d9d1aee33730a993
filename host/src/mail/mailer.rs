//! Whoever delivers mails.

use crate::bindings::mana::auth::mailer::{Message, Outcome};
use async_trait::async_trait;

/// Hands mails over to whoever delivers them.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Whether mail can be sent at all. Without, the service offers nothing that needs mail.
    fn is_available(&self) -> bool {
        true
    }

    /// Hands a mail over. Called again for what was not accepted, with the same id.
    async fn send(&self, message: Message) -> Outcome;
}

/// No mail.
pub struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    fn is_available(&self) -> bool {
        false
    }

    async fn send(&self, _: Message) -> Outcome {
        Outcome::Never("this host has no mail".into())
    }
}
