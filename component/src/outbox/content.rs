//! What a row of the outbox holds, sealed: its link is as good as a password for as long as it lives.

use super::{Mail, Recipient};
use crate::{
    email::Email,
    secrets::{Keyring, Purpose, Sealed},
};
use mana_auth_face::Language;
use mana_auth_mail::Letter;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The content of a mail that is still to be delivered.
#[derive(Serialize, Deserialize)]
pub struct Content {
    to: String,
    /// The language that it is written in.
    pub language: Language,
    /// What it says.
    pub letter: Letter,
    /// 1 where it is dropped instead of delivered. Sealed with the rest, and as long, so that the table doesn't tell.
    to_nobody: u8,
}

impl Content {
    /// That of a mail.
    pub fn of(mail: &Mail) -> Self {
        Self {
            to: mail.to.as_str().to_owned(),
            language: mail.language,
            letter: mail.letter.clone(),
            to_nobody: u8::from(mail.recipient == Recipient::Nobody),
        }
    }

    /// Whether it is dropped instead of delivered.
    #[must_use]
    pub const fn is_to_nobody(&self) -> bool {
        self.to_nobody != 0
    }

    /// The address that it is about, whether or not it is delivered there.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The recipient; none where it is dropped.
    #[must_use]
    pub fn recipient(&self) -> Option<Email> {
        (!self.is_to_nobody()).then(|| Email::from_row(self.to.clone()))
    }

    /// Seals it for the row of this id. None without any secret.
    pub fn seal(&self, keyring: &Keyring, id: &str) -> Option<Sealed> {
        let plain = Zeroizing::new(serde_json::to_vec(self).ok()?);
        Sealed::seal(keyring, Purpose::Outbox, id.as_bytes(), &plain)
    }

    /// Opens it. None where the secret is no longer configured, or the row is not as it was written.
    #[must_use]
    pub fn open(sealed: &Sealed, keyring: &Keyring, id: &str) -> Option<Self> {
        serde_json::from_slice(&sealed.open(keyring, Purpose::Outbox, id.as_bytes())?).ok()
    }
}
