//! What a challenge is for.

use super::code::Form;
use crate::time::Span;

/// What a challenge is for. One for another purpose is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing a new password.
    PasswordReset,
    /// Saying that what a notice tells was not oneself.
    NotMe,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::PasswordReset, Self::NotMe];

    /// As rows are named.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::NotMe => "not_me",
        }
    }

    /// How long the link is good.
    #[must_use]
    pub const fn lifetime(self) -> Span {
        match self {
            Self::PasswordReset => Span::hours(1),
            Self::NotMe => Span::days(7),
        }
    }

    /// How its code looks; none where the mail has none.
    pub(super) const fn form(self) -> Option<Form> {
        match self {
            Self::PasswordReset => Some(Form::Letters),
            Self::NotMe => None,
        }
    }

    /// Whether it is good for the credentials alone that it was asked for with. A warning must outlive what a thief changes.
    pub(super) const fn is_of_credentials(self) -> bool {
        match self {
            Self::PasswordReset => true,
            Self::NotMe => false,
        }
    }
}
