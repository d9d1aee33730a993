//! Somebody registers.

use super::{
    rows::{self, Row},
    salt::stand_in,
};
use crate::{
    accounts::{self, By, RegisterError, Registration, User},
    challenges::{self, Purpose, Request},
    commit::{Change, CommitError},
    context::Context,
    error::Failure,
    events::{Event, EventType},
    ids::UserId,
    outbox::{Cause, Mail, Recipient},
    passwords::{acceptable, hash},
    platform::{self, Metric},
    secrets::ChallengeCookie,
    settings::{Page, Target},
    throttle::{self, Route},
};
use mana_auth_mail::Letter;

/// Where a registration comes from.
#[derive(Default)]
pub struct Origin<'a> {
    /// The browser, if it is one.
    pub browser: Option<&'a ChallengeCookie>,
    /// Where the page leads once the address is proven.
    pub source_app: Option<Target>,
}

/// Makes an account. A stranger's waits until the address is proven, where that is demanded: the answer is the same whether or not the address has an
/// account, whose owner is told.
///
/// # Errors
///
/// See [`RegisterError`]. Nobody is told `EmailTaken` where the address must be proven.
pub async fn register(
    ctx: &Context,
    registration: Registration,
    origin: Origin<'_>,
) -> Result<User, RegisterError> {
    if registration.by == By::Operator || !ctx.settings.require_email_verification {
        let beside = super::beside(ctx, &registration.email).await?;
        return accounts::register(ctx, registration, beside.as_deref()).await;
    }
    throttle::count(ctx, Route::Registration).await?;
    let outcome = wait(ctx, registration, origin).await;
    let label = if outcome.is_ok() { "waiting" } else { "refused" };
    platform::count(Metric::Registrations, label, 1);
    outcome
}

async fn wait(ctx: &Context, registration: Registration, origin: Origin<'_>) -> Result<User, RegisterError> {
    let Registration { email, password, name, .. } = registration;
    acceptable(ctx, &password, "password", &email, name.as_str()).await?;
    let found = accounts::credentials_by_email(ctx, &email).await?;
    let (owner, of_account) = found.map(|found| (found.user, found.password)).unzip();
    let waiting = rows::of_address(email.as_str(), ctx.now).await?;
    let of_account = of_account.flatten().filter(|encoded| encoded.starts_with(rows::ARGON2ID));
    let beside = waiting.into_iter().next().map(|row| row.password).or(of_account);
    let beside = beside.unwrap_or_else(|| stand_in(ctx, &email));
    let user = User::new(ctx, UserId::new(ctx.now), email, name.into());
    let row = Row {
        id: user.id,
        name: user.name.clone(),
        password: hash(ctx, &password, Some(&beside)).await?,
        browser_hash: origin.browser.map(|browser| browser.hash().to_vec()),
        language: user.language,
        ended: false,
    };
    let mut change = Change::new();
    change.add(rows::insert(&user.email, &row, ctx.now));
    change.add(rows::make_room(ctx.now));
    let event = Event::of(EventType::RegistrationRequest, owner.as_ref().map(|owner| owner.id));
    let event = event.with("email", user.email.as_str()).by_strangers();
    change.record(event.only_if(rows::is_written(user.id)));
    tell(ctx, &mut change, &user, owner.as_ref(), origin.source_app);
    throttle::done(ctx, &mut change, Route::Registration);
    match change.try_commit(ctx).await {
        Ok(_) => Ok(user),
        // Nothing else expects a row.
        Err(CommitError::Unmet(_)) => Err(throttle::overtaken(ctx, Route::Registration).await.into()),
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Mails the proof, or tells the owner of the account that there is. One that is dropped mails nothing, so there are three a day at most. The
/// challenge is of a purpose of its own: it uses up no limit by which somebody could tell what was mailed, and ends no code of the owner's.
fn tell(
    ctx: &Context,
    change: &mut Change,
    registered: &User,
    owner: Option<&User>,
    source_app: Option<Target>,
) {
    let source_app = source_app.map(|target| target.to_string());
    let request = Request {
        purpose: Purpose::Registration,
        user: owner.is_none().then_some(registered.id),
        email: &registered.email,
        is_known_device: false,
        detail: source_app.as_deref(),
        browser: None,
    };
    let issued = challenges::issue_if(ctx, change, &request, rows::is_written(registered.id));
    let letter = match owner {
        Some(_) => Letter::Registered { link: ctx.settings.public_url.as_str().to_owned() },
        None => Letter::Verification {
            link: ctx.settings.link(Page::VerifyEmail, None, &issued.token.expose()),
            code: issued.shown_code(),
        },
    };
    change.mail(Mail {
        to: registered.email.clone(),
        language: owner.and_then(|owner| owner.language).or(registered.language).unwrap_or_default(),
        letter,
        recipient: Recipient::Somebody,
        cause: Cause::Stranger,
        condition: issued.written,
    });
}
