//! Credentials: how someone proves who they are, to sign in or once again, and what they may do then.

mod change_password;
mod delete_account;
mod reauthenticate;
mod sign_in;

pub use change_password::{ChangePasswordError, change_password};
pub use delete_account::{DeleteAccountError, delete_account};
pub use reauthenticate::{Purpose, ReauthenticateError, Reauthenticated, reauthenticate};
pub use sign_in::{SignIn, SignInError, sign_in};
