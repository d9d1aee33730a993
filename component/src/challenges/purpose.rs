//! What a challenge is for.

use super::code::Form;
use crate::time::Span;

/// What a challenge is for. One for another purpose is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing a new password.
    PasswordReset,
    /// Proving the address that somebody has just registered, and that waits for it.
    Registration,
    /// The same once more, or of an account.
    Verification,
    /// Signing in.
    MagicLink,
    /// Giving an account another address: mailed to the one that it has.
    EmailChangeOld,
    /// The same: mailed to the one that it shall have.
    EmailChange,
    /// Taking that back: mailed to the one that it had.
    EmailUndo,
    /// Saying that what a notice tells was not oneself.
    NotMe,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PasswordReset,
        Self::Registration,
        Self::Verification,
        Self::MagicLink,
        Self::EmailChangeOld,
        Self::EmailChange,
        Self::EmailUndo,
        Self::NotMe,
    ];

    /// As rows are named.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::Registration => "registration",
            Self::Verification => "verification",
            Self::MagicLink => "magic_link",
            Self::EmailChangeOld => "email_change_old",
            Self::EmailChange => "email_change",
            Self::EmailUndo => "email_undo",
            Self::NotMe => "not_me",
        }
    }

    /// How long the link is good.
    #[must_use]
    pub const fn lifetime(self) -> Span {
        match self {
            Self::MagicLink => Span::minutes(15),
            Self::PasswordReset | Self::EmailChangeOld | Self::EmailChange => Span::hours(1),
            Self::Registration | Self::Verification => Span::days(1),
            Self::EmailUndo | Self::NotMe => Span::days(7),
        }
    }

    /// How its code looks; none where the mail has none.
    pub(super) const fn form(self) -> Option<Form> {
        match self {
            // A guess would make an account with the guesser's password, or prove an address for theirs.
            Self::PasswordReset | Self::Registration | Self::Verification | Self::EmailChange => {
                Some(Form::Letters)
            }
            Self::MagicLink => Some(Form::Digits),
            Self::EmailChangeOld | Self::EmailUndo | Self::NotMe => None,
        }
    }

    /// Whether it is good for the credentials alone that it was asked for with. A warning must outlive what a thief changes.
    pub(super) const fn is_of_credentials(self) -> bool {
        !matches!(self, Self::EmailUndo | Self::NotMe)
    }

    /// Whether it is good for the address alone that it was mailed to, as the account's.
    pub(super) const fn is_of_address(self) -> bool {
        !matches!(self, Self::EmailChange | Self::EmailUndo)
    }
}
