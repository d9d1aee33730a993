//! Giving an account another address.
//!
//! ```text
//! asked, with a fresh proof ─(allowed at the old address, where the operator wants it)─▶ confirmed at the new address
//!     ─▶ the old one is told, kept for a week, and can take it back
//! ```

mod allow;
mod ask;
mod confirm;
mod error;
mod mails;
mod undo;

pub use allow::allow_email_change;
pub use ask::{ChangeEmail, change_email};
pub use confirm::confirm_email_change;
pub use error::{ChangeEmailError, ConfirmEmailError};
pub use undo::undo_email_change;
