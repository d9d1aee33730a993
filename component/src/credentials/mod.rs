//! Credentials: how someone proves who they are, to sign in or once again, and what they may do then.

mod change_password;
mod delete_account;
mod reauthenticate;
mod sign_in;

pub use change_password::change_password;
pub use delete_account::delete_account;
pub use reauthenticate::{Purpose, Reauthenticated, reauthenticate};
pub use sign_in::{SignIn, sign_in};
