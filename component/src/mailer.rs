//! The import `mailer`, in this crate's types.

use crate::bindings::mana::auth::mailer;
pub use crate::bindings::mana::auth::mailer::{Message, Outcome, Sender};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether the host was told of mails since somebody last asked.
static COMMITTED: AtomicBool = AtomicBool::new(false);

/// Whether this host can send mail.
pub async fn available() -> bool {
    mailer::available().await
}

/// Tells the host that a mail was committed, or waits.
pub fn committed() {
    COMMITTED.store(true, Relaxed);
    mailer::committed();
}

/// Whether that happened in this instance since this was last asked.
pub fn take_committed() -> bool {
    COMMITTED.swap(false, Relaxed)
}

/// Hands a mail over.
pub async fn send(message: Message) -> Outcome {
    mailer::send(message).await
}
