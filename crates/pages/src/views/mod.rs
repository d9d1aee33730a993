//! A file for each page, or for pages that are alike.

mod about;
mod activity;
mod bad_link;
mod delete;
mod fields;
mod forgot_password;
mod login;
mod logout;
mod magic_link;
mod pressed;
mod profile;
mod register;
mod reset_password;
mod security;
mod sessions;
mod step_up;
mod trouble;
mod verify_email;

pub use about::About;
pub use activity::{Activity, Happened};
pub use bad_link::BadLink;
pub use delete::DeleteAccount;
pub use forgot_password::ForgotPassword;
pub use login::{Login, Refusal, Said};
pub use logout::Logout;
pub use magic_link::{AskMagicLink, MagicLinkElsewhere, PressMagicLink, TypeMagicCode};
pub use pressed::{Button, Elsewhere, Link, Pressed};
pub use profile::Profile;
pub use register::Register;
pub use reset_password::{ResetByCode, ResetByLink};
pub use security::{Changed, Security};
pub use sessions::{Ended, Session, Sessions};
pub use step_up::StepUp;
pub use trouble::Trouble;
pub use verify_email::{AskVerification, Mailed, Verify, VerifyByCode};

/// What is wrong with a field: its name, and what the service says of it.
#[derive(Clone, Copy)]
pub struct Fault<'a> {
    /// As in the contract.
    pub field: &'a str,
    /// As in the contract, such as `must be at least 12 characters`.
    pub message: &'a str,
}

use crate::Frame;
use maud::{Markup, html};

/// What is wrong with one of these fields, in the reader's words.
fn fault_of(frame: &Frame<'_>, fault: Option<Fault<'_>>, fields: &[&str]) -> Option<Markup> {
    let fault = fault.filter(|fault| fields.contains(&fault.field))?;
    Some(html! { ((frame.words().fault)(fault.field, fault.message)) })
}
