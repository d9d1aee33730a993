//! The import `mailer`, in this crate's types.

use crate::bindings::mana::auth::mailer;
pub use crate::bindings::mana::auth::mailer::{Message, Outcome, Sender};

/// Whether this host can send mail.
pub async fn available() -> bool {
    mailer::available().await
}

/// Tells the host that a mail was committed.
pub fn committed() {
    mailer::committed();
}

/// Hands a mail over.
pub async fn send(message: Message) -> Outcome {
    mailer::send(message).await
}
