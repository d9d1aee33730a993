//! What was mailed, as it is shown.

use crate::{
    challenges::{self, Code, Of, Presented, Purpose},
    context::Context,
    email::Email,
    error::Failure,
    secrets::{ChallengeCookie, ChallengeToken},
};

/// What was mailed, shown by somebody who is not known otherwise; none where what was sent can be none.
pub enum Mailed {
    /// The token of the link.
    Token(Option<ChallengeToken>),
    /// The code, and the address that it was mailed to.
    Code(Email, Option<Code>),
}

impl Mailed {
    /// The challenge that it shows. A code is that of the newest one.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub(super) async fn presented(
        &self,
        ctx: &Context,
        purpose: Purpose,
        browser: Option<&ChallengeCookie>,
    ) -> Result<Presented, Failure> {
        match self {
            Self::Token(Some(token)) => challenges::by_token(ctx, purpose, token, browser).await,
            Self::Code(email, Some(code)) => {
                challenges::by_code(ctx, purpose, Of::Address(email), code, browser).await
            }
            Self::Token(None) | Self::Code(_, None) => Ok(Presented::Bad),
        }
    }
}

impl Mailed {
    /// The same where it may be of one of two purposes.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub(super) async fn presented_of(
        &self,
        ctx: &Context,
        purposes: [Purpose; 2],
        browser: Option<&ChallengeCookie>,
    ) -> Result<Presented, Failure> {
        let [one, other] = purposes;
        match self {
            Self::Code(email, Some(_)) => {
                let purpose = challenges::newest_of(ctx, purposes, email).await?;
                self.presented(ctx, purpose, browser).await
            }
            _ => match self.presented(ctx, one, browser).await? {
                Presented::Bad => self.presented(ctx, other, browser).await,
                found => Ok(found),
            },
        }
    }
}

/// What was mailed, shown by somebody who is known by their session or their browser; none where what was sent can be none.
pub enum TokenOrCode {
    /// The token of the link.
    Token(Option<ChallengeToken>),
    /// The code.
    Code(Option<Code>),
}

impl TokenOrCode {
    /// The challenge that it shows. A code is that of the newest one.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub(super) async fn presented(
        &self,
        ctx: &Context,
        purpose: Purpose,
        of: Of<'_>,
        browser: Option<&ChallengeCookie>,
    ) -> Result<Presented, Failure> {
        match self {
            Self::Token(Some(token)) => challenges::by_token(ctx, purpose, token, browser).await,
            Self::Code(Some(code)) => challenges::by_code(ctx, purpose, of, code, browser).await,
            Self::Token(None) | Self::Code(None) => Ok(Presented::Bad),
        }
    }
}
