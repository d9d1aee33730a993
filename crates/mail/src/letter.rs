//! The letters, and what each is made of.

use mana_auth_face::{Language, event::told};
use serde::{Deserialize, Serialize};

/// A mail that leads to something, or that tells of something. Links are whole addresses; codes are as they are typed. Both are
/// secrets: a letter has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// The way to a new password.
    Reset {
        /// To the page where it is chosen.
        link: String,
        /// The same without the link.
        code: String,
    },
    /// The same, after its owner has taken an account back: the password of before is gone.
    Recovery {
        /// To the page where it is chosen.
        link: String,
        /// The same without the link.
        code: String,
    },
    /// Proves the address of a registration.
    Verification {
        /// To the page that confirms it.
        link: String,
        /// The same without the link.
        code: String,
    },
    /// Asks at the old address whether an account may have another.
    AllowChange {
        /// To the page that allows it.
        link: String,
        /// The new one, with dots in the place of most of it.
        to: String,
    },
    /// Proves the address that an account shall have.
    NewAddress {
        /// To the page that confirms it.
        link: String,
        /// The same without the link.
        code: String,
    },
    /// Signs in, in the browser that asked for it.
    MagicLink {
        /// To the page that signs in.
        link: String,
        /// The same without the link.
        code: String,
    },
    /// To the owner of an address that somebody tried to register.
    Registered {
        /// To the service.
        link: String,
    },
    /// Says that mail works.
    Test {
        /// To the service.
        link: String,
    },
    /// Tells of what happened to an account.
    Notice {
        /// What happened.
        notice: Notice,
        /// Ends every session, and leads to a new password; none to an address that the account has no more.
        undo: Option<String>,
    },
}

/// What happened to an account. Times are as they are to be read, such as `2026-11-29 21:03 UTC`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Its password was changed.
    PasswordChanged {
        /// When.
        at: String,
    },
    /// Somebody signed in on a device that was not seen before.
    NewDevice {
        /// What it calls itself, such as `Firefox on Linux`; empty where it says nothing.
        device: String,
        /// When.
        at: String,
    },
    /// Too many wrong passwords.
    AccountLocked {
        /// Until when.
        until: String,
    },
    /// It has another address. This goes to the old one.
    AddressChanged {
        /// The new one, with dots in the place of most of it.
        to: String,
    },
    /// Its owner deleted it.
    AccountDeleted {
        /// When.
        at: String,
    },
    /// An administrator changed something.
    ChangedByOperator {
        /// When.
        at: String,
    },
}

impl Letter {
    /// What it is, in one word, for queues and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "password_reset",
            Self::Recovery { .. } => "recovery",
            Self::Verification { .. } => "verification",
            Self::AllowChange { .. } => "allow_change",
            Self::NewAddress { .. } => "new_address",
            Self::MagicLink { .. } => "magic_link",
            Self::Registered { .. } => "registered",
            Self::Test { .. } => "test",
            Self::Notice { notice, .. } => notice.kind(),
        }
    }
}

impl Notice {
    /// Every kind of notice.
    pub const KINDS: [&'static str; 6] = [
        "password_changed",
        "new_device",
        "account_locked",
        "address_changed",
        "account_deleted",
        "changed_by_operator",
    ];

    /// What happened, in the words of the one table of events.
    #[must_use]
    pub fn sentence(&self, language: Language) -> &'static str {
        let (kind, which): (_, &[&str]) = match self {
            Self::PasswordChanged { .. } => ("password_change", &[]),
            Self::NewDevice { .. } => ("device_new", &[]),
            Self::AccountLocked { .. } => ("account_locked", &[]),
            Self::AddressChanged { .. } => ("email_changed", &["owner"]),
            Self::AccountDeleted { .. } => ("account_deleted", &[]),
            Self::ChangedByOperator { .. } => ("account_changed", &[]),
        };
        told(kind, which, language).map_or("", |told| told.sentence)
    }

    /// What it tells of, in one word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PasswordChanged { .. } => "password_changed",
            Self::NewDevice { .. } => "new_device",
            Self::AccountLocked { .. } => "account_locked",
            Self::AddressChanged { .. } => "address_changed",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::ChangedByOperator { .. } => "changed_by_operator",
        }
    }
}
