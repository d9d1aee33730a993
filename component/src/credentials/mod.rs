//! Credentials: how someone proves who they are, to sign in or once again, and what they may do then.

mod asked;
mod change_email;
mod change_password;
mod delete_account;
mod first_proof;
mod forgot_password;
mod magic_link;
mod mailed;
mod not_me;
mod reauthenticate;
mod reset_link;
mod reset_mail;
mod reset_password;
mod sign_in;
mod step_up;
mod verify_email;

pub use change_email::{
    ChangeEmail, ChangeEmailError, ConfirmEmailError, allow_email_change, change_email, confirm_email_change,
    undo_email_change,
};
pub use change_password::{ChangePasswordError, change_password};
pub use delete_account::{DeleteAccountError, delete_account};
use first_proof::first_proof;
pub use forgot_password::{ForgotPassword, ForgotPasswordError, forgot_password};
pub use magic_link::{
    AskMagicLink, AskMagicLinkError, UseMagicLink, UseMagicLinkError, ask_magic_link, is_asked_for_by,
    use_magic_link,
};
pub use mailed::{Mailed, TokenOrCode};
pub use not_me::{NotMeError, not_me};
pub use reauthenticate::{Purpose, ReauthenticateError, Reauthenticated, by_session, reauthenticate};
pub use reset_link::reset_link;
pub use reset_password::{ResetPasswordError, reset_password};
pub use sign_in::{SignIn, SignInError, sign_in};
pub use step_up::{StepUpError, methods, step_up};
pub use verify_email::{
    AskVerification, AskVerificationError, Shown, VerifyEmailError, WithPassword, ask_verification,
    shown_verification, verify_email,
};
