//! Credentials: how someone proves who they are, to sign in or once again, and what they may do then.

mod change_password;
mod delete_account;
mod forgot_password;
mod not_me;
mod reauthenticate;
mod reset_link;
mod reset_mail;
mod reset_password;
mod sign_in;

pub use change_password::{ChangePasswordError, change_password};
pub use delete_account::{DeleteAccountError, delete_account};
pub use forgot_password::{ForgotPassword, ForgotPasswordError, forgot_password};
pub use not_me::{NotMeError, not_me};
pub use reauthenticate::{Purpose, ReauthenticateError, Reauthenticated, reauthenticate};
pub use reset_link::reset_link;
pub use reset_password::{Mailed, ResetPasswordError, reset_password};
pub use sign_in::{SignIn, SignInError, sign_in};
