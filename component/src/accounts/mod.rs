//! Accounts: who someone is.
//!
//! No answer tells whether an account exists, in content or in time. The one exception is `EMAIL_ALREADY_EXISTS`
//! on registration, while the address need not be proven first (then see [`crate::registrations`]).

mod administer;
mod app_metadata;
mod ban;
mod email_address;
mod import;
mod name;
mod picture;
mod profile;
mod register;
mod rows;

use crate::ids::UserId;
pub use administer::{delete_by_operator, find, list, set_app_metadata, set_role, unlock};
pub use app_metadata::AppMetadata;
pub use ban::{ban, unban};
pub use email_address::{SetEmailError, set_email, verify_email};
pub use import::{Import, Imported, MOST, import};
pub use name::Name;
pub use picture::Picture;
pub use profile::{ProfileUpdate, update_profile};
pub use register::{By, RegisterError, Registration, add, register};
// For those who build on accounts: what their statements join, and what they change together with rows of their own.
pub use rows::{
    Credentials, USER, by_id, clear_password, confirm_email, credentials_by_email, credentials_by_id,
    delete_by_owner, is_email_taken, put_password, set_password, upgrade_password, user, verify_email_of,
    while_version,
};

use crate::{email::Email, time::Time};
use mana_auth_face::Language;

/// An account, as its owner and administrators see it.
#[derive(Clone)]
pub struct User {
    /// Opaque: perhaps another service made it.
    pub id: UserId,
    /// In normal form.
    pub email: Email,
    /// What the person wants to be called; may be empty.
    pub name: String,
    /// The address of a picture.
    pub image: Option<String>,
    /// What the user may do in this service.
    pub role: Role,
    /// Whether the address has been shown to be theirs.
    pub email_verified: bool,
    /// When the account was made.
    pub created_at: Time,
    /// When any of this was last changed.
    pub updated_at: Time,
    /// Until when the user may not come in.
    pub ban: Ban,
    /// The language that they read; none where they have not said. Only known where the user was just read from the database.
    pub language: Option<Language>,
    /// What the operator keeps of the user; empty where the user was not just read from the database.
    pub app_metadata: AppMetadata,
}

/// Where an account stands among all by age. It may be deleted meanwhile.
#[derive(Clone, Copy)]
pub struct Place {
    /// When it was made.
    pub created_at: Time,
    /// Its id, which decides between those of the same moment.
    pub id: UserId,
}

/// What a user may do in this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Use it.
    User,
    /// Administer it.
    Admin,
    /// Use it, as a program.
    Service,
}

/// Whether a user is kept out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ban {
    /// No.
    None,
    /// Until this time.
    Until(Time),
    /// For good.
    Forever,
}

impl Role {
    /// As in tokens and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Service => "service",
        }
    }

    /// From its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Admin, Self::Service].into_iter().find(|role| role.name() == name)
    }
}

impl Ban {
    /// Whether it holds at this moment.
    #[must_use]
    pub fn holds(self, now: Time) -> bool {
        match self {
            Self::None => false,
            Self::Until(end) => now < end,
            Self::Forever => true,
        }
    }
}
