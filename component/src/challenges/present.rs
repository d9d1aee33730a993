//! Somebody shows what was mailed.

use super::{Purpose, code::Code, rows};
use crate::{
    commit::{Change, CommitError},
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    ids::UserId,
    secrets::{AskedFor, ChallengeCookie, ChallengeToken},
    throttle,
};

/// A challenge that is good, as long as [`Challenge::spend`] commits.
pub struct Challenge {
    pub(super) id: String,
    pub(super) purpose: Purpose,
    /// Whose account it is.
    pub user: UserId,
    /// The address that it was mailed to.
    pub email: Email,
    /// What it was remembered with.
    pub detail: Option<String>,
    browser_hash: Option<Vec<u8>>,
}

/// What somebody has shown.
pub enum Presented {
    /// A challenge that is good.
    Good(Challenge),
    /// One that this browser has spent: it sees the same outcome again, and nothing is done.
    Repeated(Challenge),
    /// Nothing that is good: unknown, spent, past its time, of another purpose, or left behind by a change of the account.
    Bad,
}

/// The challenge of a link.
///
/// # Errors
///
/// Where storage fails.
pub async fn by_token(
    ctx: &Context,
    purpose: Purpose,
    token: &ChallengeToken,
    browser: Option<&ChallengeCookie>,
) -> Result<Presented, Failure> {
    let found = rows::by_token(purpose, &token.hash(), ctx.now).await?;
    Ok(found.map_or(Presented::Bad, |found| found.presented(purpose, browser)))
}

/// Of which of two purposes the code is good that was mailed to an address last; the second where there is none.
///
/// # Errors
///
/// Where storage fails.
pub async fn newest_of(ctx: &Context, purposes: [Purpose; 2], email: &Email) -> Result<Purpose, Failure> {
    let newest = rows::newest_of(purposes, email, ctx.now).await?;
    let [one, other] = purposes;
    Ok(if newest.is_some_and(|newest| newest == one.name()) { one } else { other })
}

/// Whose code is typed.
pub enum Of<'a> {
    /// Of the newest challenge that was mailed to this address.
    Address(&'a Email),
    /// Of the newest challenge of this user.
    User(UserId),
    /// Of the newest challenge that this browser has asked for, to the address that it asked for last.
    Browser(&'a ChallengeCookie, AskedFor),
}

/// The challenge of a code. Each has five attempts; a wrong code also counts over all accounts, and past a bound only links are good.
///
/// # Errors
///
/// Where storage fails.
pub async fn by_code(
    ctx: &Context,
    purpose: Purpose,
    of: Of<'_>,
    code: &Code,
    browser: Option<&ChallengeCookie>,
) -> Result<Presented, Failure> {
    if throttle::codes_are_off(ctx).await? {
        return Ok(Presented::Bad);
    }
    let found = match of {
        Of::Address(email) => rows::newest_by_email(purpose, email, ctx.now).await?,
        Of::User(user) => rows::newest_by_user(purpose, user, ctx.now).await?,
        Of::Browser(browser, asked_for) => {
            rows::newest_by_browser(purpose, browser.newest_of(asked_for), ctx.now).await?
        }
    };
    // The attempt is taken before the code is compared: of two hundred at once, five are.
    let id = found.as_ref().map_or("", |found| found.id.as_str());
    let mut change = Change::new();
    let taken = change.add(rows::take_attempt(id, ctx.now));
    let is_taken = change.commit(ctx).await?[taken] > 0;
    let stored = found.as_ref().map(|found| found.code_mac.as_slice()).unwrap_or_default();
    let user = found.as_ref().filter(|found| found.is_of_account).map(|found| found.user);
    let is_right = code.is(&ctx.settings.keyring, id, stored) && is_taken;
    match found.filter(|_| is_right) {
        Some(found) => {
            // A right code costs no attempt: the caller may still refuse something else, such as a weak password.
            Change::of(rows::give_attempt_back(&found.id)).commit(ctx).await?;
            Ok(found.presented(purpose, browser))
        }
        None => {
            let mut change = Change::new();
            throttle::count_wrong_code(ctx, &mut change);
            let event = Event::of(EventType::LoginFailure, user).with("reason", "code");
            change.record(event.with("purpose", purpose.name()).by_strangers());
            change.commit(ctx).await?;
            Ok(Presented::Bad)
        }
    }
}

impl rows::Found {
    fn presented(self, purpose: Purpose, browser: Option<&ChallengeCookie>) -> Presented {
        let is_by_browser = browser.zip(self.spent_by).is_some_and(|(browser, by)| browser.is_of(&by));
        let challenge = Challenge {
            id: self.id,
            purpose,
            user: self.user,
            email: self.email,
            detail: self.detail,
            browser_hash: self.browser_hash,
        };
        match (self.is_spent, is_by_browser) {
            (true, true) => Presented::Repeated(challenge),
            (false, _) if self.is_current => Presented::Good(challenge),
            _ => Presented::Bad,
        }
    }
}

impl Challenge {
    /// Whether it makes an account.
    #[must_use]
    pub fn is_registration(&self) -> bool {
        self.purpose == Purpose::Registration
    }

    /// Whether this browser has asked for it.
    #[must_use]
    pub fn is_of(&self, browser: &ChallengeCookie) -> bool {
        self.browser_hash.as_deref().is_some_and(|hash| browser.is_of(hash))
    }

    /// Spends it, in the change of what it leads to, which fails where it is no longer good. It comes first: what follows changes the
    /// account that it is compared with.
    pub fn spend(&self, ctx: &Context, change: &mut Change, browser: Option<&ChallengeCookie>) {
        let by = browser.map(ChallengeCookie::hash);
        change.add(rows::spend(&self.id, self.purpose, by, ctx.now));
    }

    /// Commits a change that spends it. Of two requests of one browser at once, the second sees the outcome of the first.
    ///
    /// # Errors
    ///
    /// `bad` where it is no longer good.
    pub async fn commit_or<E: From<Failure>>(
        &self,
        ctx: &Context,
        change: Change,
        browser: Option<&ChallengeCookie>,
        bad: E,
    ) -> Result<(), E> {
        match change.try_commit(ctx).await {
            Ok(_) => Ok(()),
            Err(CommitError::Unmet(_)) if self.is_spent_by(browser).await? => Ok(()),
            Err(CommitError::Unmet(_)) => Err(bad),
            Err(refused) => Err(Failure::from(refused).into()),
        }
    }

    /// Whether this browser has spent the challenge.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn is_spent_by(&self, browser: Option<&ChallengeCookie>) -> Result<bool, Failure> {
        let Some(browser) = browser else { return Ok(false) };
        Ok(rows::spent_by(&self.id).await?.is_some_and(|by| browser.is_of(&by)))
    }

    /// Ends what else was mailed of the account, but for the ways back to addresses that it had before.
    pub fn end_others(&self, ctx: &Context, change: &mut Change) {
        change.add(rows::end_since(&self.id, self.user, ctx.now));
    }
}
