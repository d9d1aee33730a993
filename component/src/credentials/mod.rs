//! Credentials: how someone who is signed in proves again who they are, and what they may do then.

mod change_password;
mod delete_account;
mod reauthenticate;

pub use change_password::{ChangePassword, change_password};
pub use delete_account::delete_account;
