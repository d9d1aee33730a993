//! An account begins: its address was proven.

use super::{
    rows::{self, Row},
    waiting::Waiting,
};
use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    ids::UserId,
    passwords::Password,
    platform::Metric,
    secrets::{AskedFor, ChallengeCookie},
};

/// What is kept of what waited for an address. Whoever else registered it may have been anybody, so their password and name go.
pub struct Proven<'a>(Option<&'a Row>);

impl<'a> Proven<'a> {
    /// The last registration of the browser that shows the proof; nothing if that one was dropped. An earlier one may be of somebody else who used
    /// the browser, or who planted its cookie.
    #[must_use]
    pub fn by_browser(
        ctx: &Context,
        waiting: &'a Waiting,
        email: &Email,
        browser: Option<&ChallengeCookie>,
    ) -> Self {
        let about = AskedFor::Registration.about(&ctx.settings.keyring, email.as_str());
        let registered = browser.and_then(|browser| browser.newest_about(about));
        Self(registered.and_then(|registered| waiting.of_browser(&registered)))
    }

    /// What was registered with this password; none where nothing was.
    ///
    /// # Errors
    ///
    /// `Overloaded` where the host has no room for another hash.
    pub async fn by_password(
        ctx: &Context,
        waiting: &'a Waiting,
        password: &Password,
    ) -> Result<Option<Self>, Failure> {
        Ok(waiting.with(ctx, password).await?.map(|row| Self(Some(row))))
    }

    /// Whether there is such a one.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// What the person wants to be called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.map_or("", |row| row.name.as_str())
    }
}

/// Adds the account of a proven address to a change, and ends all else that waits for the address. Its password is `new`, by its encoded
/// hash, or else the one that is kept. `id` is that of the registration whose proof was mailed. The change fails where the address has an account
/// meanwhile, or is kept for who had it.
pub fn open(
    ctx: &Context,
    change: &mut Change,
    id: UserId,
    email: Email,
    proven: &Proven<'_>,
    new: Option<&str>,
) {
    let id = proven.0.map_or(id, |row| row.id);
    let mut user = User::new(ctx, id, email, proven.name().to_owned());
    user.email_verified = true;
    user.language = proven.0.and_then(|row| row.language).or(user.language);
    accounts::add(ctx, change, &user, new.or(proven.0.map(|row| row.password.as_str())));
    change.add(rows::end_all(&user.email));
    change.record(Event::about(EventType::EmailVerified, id).counting(Metric::Registrations, "created"));
}
