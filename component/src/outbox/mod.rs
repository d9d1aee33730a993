//! The outbox: mails that are written in the commit of what they are about (see [`crate::commit::Change`]), and delivered afterwards by
//! [`crate::mail`].

mod content;
mod rows;

pub use content::Content;
pub use rows::{insert, make_room};

use crate::{email::Email, storage::Condition};
use mana_auth_face::Language;
use mana_auth_mail::Letter;

/// A mail to be written.
pub struct Mail {
    /// The recipient.
    pub to: Email,
    /// The language that it is written in.
    pub language: Language,
    /// What it says.
    pub letter: Letter,
    /// Whether it is delivered.
    pub recipient: Recipient,
    /// Who caused it.
    pub cause: Cause,
    /// What must hold, when the mail's turn comes in its transaction, for it to be written.
    pub condition: Condition,
}

/// Whether a mail names somebody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// It is delivered.
    Somebody,
    /// It is written like any other and then dropped: what is written must not tell who has an account.
    Nobody,
}

/// Who caused a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Anybody may have. Such mails make room first.
    Stranger,
    /// Somebody who was authenticated, on a device that is known, or the operator.
    Known,
}
