//! Proving that an address is somebody's: the one of their account, or one that they have registered and that waits for it.

mod ask;
mod of_account;
mod of_registration;
mod password;

pub use ask::{AskVerification, AskVerificationError, ask_verification};
pub use password::{VerifyEmailError, WithPassword};

use super::Mailed;
use crate::{
    accounts::{self, User},
    challenges::{Challenge, Presented, Purpose},
    context::Context,
    error::Failure,
    registrations::{Proven, Waiting},
    secrets::ChallengeCookie,
};

/// A proof that was shown, and of what.
pub struct Shown {
    challenge: Challenge,
    of: Of,
}

enum Of {
    Account(User),
    Registration(Waiting),
    /// It was shown in this browser before: nothing is done again.
    Spent,
}

impl Shown {
    /// The address that is proven.
    #[must_use]
    pub fn email(&self) -> &str {
        self.challenge.email.as_str()
    }

    /// The app that asked for the mail, by its address. Check it again: somebody else may have written the row.
    #[must_use]
    pub fn app(&self) -> Option<&str> {
        self.challenge.detail.as_deref()
    }

    /// Whether the browser needs no password: it registered the address, or has shown this proof before.
    #[must_use]
    pub fn is_of_browser(&self, ctx: &Context, browser: Option<&ChallengeCookie>) -> bool {
        match &self.of {
            Of::Account(_) => false,
            Of::Spent => true,
            Of::Registration(waiting) => {
                Proven::by_browser(ctx, waiting, &self.challenge.email, browser).is_some()
            }
        }
    }
}

async fn presented(
    ctx: &Context,
    mailed: &Mailed,
    browser: Option<&ChallengeCookie>,
) -> Result<Presented, Failure> {
    mailed.presented_of(ctx, [Purpose::Registration, Purpose::Verification], browser).await
}

/// What was shown.
///
/// # Errors
///
/// `TokenInvalid`, or where storage fails.
pub async fn shown_verification(
    ctx: &Context,
    mailed: &Mailed,
    browser: Option<&ChallengeCookie>,
) -> Result<Shown, VerifyEmailError> {
    let challenge = match presented(ctx, mailed, browser).await? {
        Presented::Good(challenge) => challenge,
        Presented::Repeated(challenge) => return Ok(Shown { challenge, of: Of::Spent }),
        Presented::Bad => return Err(VerifyEmailError::TokenInvalid),
    };
    match (accounts::by_id(challenge.user).await?, challenge.is_registration()) {
        (Some(user), false) => return Ok(Shown { challenge, of: Of::Account(user) }),
        // A second click: the first has made the account meanwhile.
        (Some(_), true) => {
            return match presented(ctx, mailed, browser).await? {
                Presented::Repeated(challenge) => Ok(Shown { challenge, of: Of::Spent }),
                Presented::Good(_) | Presented::Bad => Err(VerifyEmailError::TokenInvalid),
            };
        }
        (None, _) => {}
    }
    let waiting = Waiting::of(ctx, Some(&challenge.email)).await?;
    if !waiting.has(challenge.user) {
        return Err(VerifyEmailError::TokenInvalid);
    }
    Ok(Shown { challenge, of: Of::Registration(waiting) })
}

/// Notes the proof of an account's address, or makes the account that waits for it. Returns where the page leads, as it was asked for.
///
/// # Errors
///
/// See [`VerifyEmailError`].
pub async fn verify_email(
    ctx: &Context,
    shown: &Shown,
    password: WithPassword<'_>,
    browser: Option<&ChallengeCookie>,
) -> Result<Option<String>, VerifyEmailError> {
    let Shown { challenge, of } = shown;
    match of {
        Of::Account(user) => of_account::prove(ctx, challenge, user, password, browser).await?,
        Of::Registration(waiting) => {
            of_registration::prove(ctx, challenge, waiting, password, browser).await?;
        }
        Of::Spent => {}
    }
    Ok(challenge.detail.clone())
}
