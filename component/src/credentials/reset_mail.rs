//! The mail that leads to a new password.

use crate::{
    challenges::{Code, Issued},
    context::Context,
    settings::{Page, Target},
};
use mana_auth_mail::Letter;

/// The letter of a challenge.
pub fn letter(ctx: &Context, issued: &Issued, redirect: Option<&Target>) -> Letter {
    Letter::Reset {
        link: ctx.settings.link(Page::ResetPassword, redirect, &issued.token.expose()),
        code: issued.code.as_ref().map(Code::shown).unwrap_or_default(),
    }
}
