//! Asking for a new password.

use super::{
    asked::{Asked, mail_asked},
    reset_mail::letter,
};
use crate::{
    accounts,
    challenges::Purpose,
    commit::Change,
    context::Context,
    devices::{self, DeviceCookie},
    email::Email,
    error::{Failure, FieldProblem, passes_on},
    events::{Event, EventType},
    settings::Target,
};

/// A new password is asked for.
pub struct ForgotPassword {
    /// The address of the account.
    pub email: Email,
    /// Where the link leads, if not to our own page.
    pub redirect: Option<Target>,
    /// The device's cookies: who has signed in before is not shut out by strangers who ask.
    pub device_cookies: Vec<DeviceCookie>,
}

/// Why nobody can ask.
#[derive(Debug)]
pub enum ForgotPasswordError {
    /// A field is wrong.
    Invalid(FieldProblem),
    /// This host has no mail.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ForgotPasswordError: Invalid(FieldProblem), Failed(Failure));

/// Mails the way to a new password, where the address has an account. The statements are the same where it has none, and where there
/// were too many: then nothing is written, and the caller is told the same.
///
/// # Errors
///
/// See [`ForgotPasswordError`].
pub async fn forgot_password(ctx: &Context, asked: ForgotPassword) -> Result<(), ForgotPasswordError> {
    if ctx.settings.mail.is_none() {
        return Err(ForgotPasswordError::NotFound);
    }
    let ForgotPassword { email, redirect, device_cookies } = asked;
    let is_known_device = devices::trusted(ctx, &device_cookies, Some(&email)).await?.is_some();
    let found = accounts::credentials_by_email(ctx, &email).await?.map(|found| found.user);
    let user = found.as_ref().map(|user| user.id);
    let mut change = Change::new();
    let asked = Asked {
        purpose: Purpose::PasswordReset,
        email,
        user,
        language: found.and_then(|user| user.language),
        is_known_device,
        detail: None,
        browser: None,
    };
    let mail = mail_asked(ctx, &mut change, asked, |issued| letter(ctx, issued, redirect.as_ref()));
    change.record(
        Event::of(EventType::PasswordResetRequest, user).by_strangers().only_if(mail.written.clone()),
    );
    mail.commit(ctx, change).await?;
    Ok(())
}
