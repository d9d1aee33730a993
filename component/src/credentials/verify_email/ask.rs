//! The proof is asked for.

use crate::{
    accounts,
    challenges::Purpose,
    commit::Change,
    context::Context,
    credentials::asked::{Asked, mail_asked},
    devices::{self, DeviceCookie},
    email::Email,
    error::{Failure, passes_on},
    registrations::Waiting,
    settings::{Page, Target},
};
use mana_auth_mail::Letter;

/// A proof is asked for.
pub struct AskVerification {
    /// The address of the account, or of what waits for one.
    pub email: Email,
    /// Where the page leads afterwards.
    pub source_app: Option<Target>,
    /// The device's cookies.
    pub device_cookies: Vec<DeviceCookie>,
}

/// Why nobody can ask.
#[derive(Debug)]
pub enum AskVerificationError {
    /// This host has no mail.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(AskVerificationError: Failed(Failure));

/// Mails the proof, where the address has an account for which nobody has given it, or a registration waits for one. The statements are the
/// same where it has none.
///
/// # Errors
///
/// See [`AskVerificationError`].
pub async fn ask_verification(ctx: &Context, asked: AskVerification) -> Result<(), AskVerificationError> {
    if ctx.settings.mail.is_none() {
        return Err(AskVerificationError::NotFound);
    }
    let AskVerification { email, source_app, device_cookies } = asked;
    let is_known_device = devices::trusted(ctx, &device_cookies, Some(&email)).await?.is_some();
    let found = accounts::credentials_by_email(ctx, &email).await?.map(|found| found.user);
    let waiting = Waiting::of(ctx, Some(&email)).await?.newest();
    let user = match &found {
        Some(user) => Some(user.id).filter(|_| !user.email_verified),
        None => waiting,
    };
    let source_app = source_app.map(|target| target.to_string());
    let mut change = Change::new();
    let asked = Asked {
        purpose: Purpose::Verification,
        email,
        user,
        language: found.and_then(|user| user.language),
        is_known_device,
        detail: source_app.as_deref(),
        browser: None,
    };
    let mail = mail_asked(ctx, &mut change, asked, |issued| Letter::Verification {
        link: ctx.settings.link(Page::VerifyEmail, None, &issued.token.expose()),
        code: issued.shown_code(),
    });
    mail.commit(ctx, change).await?;
    Ok(())
}
