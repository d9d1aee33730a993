//! Signing in by mail: the browser that asks is the browser that is signed in.

use super::{
    TokenOrCode,
    asked::{Asked, mail_asked},
    first_proof,
};
use crate::{
    accounts::{self, Credentials},
    challenges::{Challenge, Of, Presented, Purpose},
    commit::Change,
    context::Context,
    devices::{self, DeviceCookie},
    email::Email,
    error::{Failure, passes_on},
    events::{Event, EventType},
    platform::{self, Metric},
    secrets::{AskedFor, ChallengeCookie, ChallengeToken, CookieSecret},
    sessions::{self, Device, Methods, Opened, Proven, SignedIn, Wanted},
    settings::{Page, Target},
};
use mana_auth_mail::Letter;

/// A magic link is asked for.
pub struct AskMagicLink<'a> {
    /// The address of the account.
    pub email: Email,
    /// Where the link leads, if not to our own page.
    pub redirect: Option<Target>,
    /// A session of 30 days; else of 7.
    pub remember_me: bool,
    /// The browser that asks.
    pub browser: &'a ChallengeCookie,
    /// The device's cookies.
    pub device_cookies: Vec<DeviceCookie>,
}

/// Why nobody can ask.
#[derive(Debug)]
pub enum AskMagicLinkError {
    /// This host has no mail.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(AskMagicLinkError: Failed(Failure));

/// Mails a link that signs in, where the address has an account. The statements are the same where it has none.
///
/// # Errors
///
/// See [`AskMagicLinkError`].
pub async fn ask_magic_link(ctx: &Context, asked: AskMagicLink<'_>) -> Result<(), AskMagicLinkError> {
    if ctx.settings.mail.is_none() {
        return Err(AskMagicLinkError::NotFound);
    }
    let AskMagicLink { email, redirect, remember_me, browser, device_cookies } = asked;
    let is_known_device = devices::trusted(ctx, &device_cookies, Some(&email)).await?.is_some();
    let found = accounts::credentials_by_email(ctx, &email).await?.map(|found| found.user);
    let user = found.as_ref().map(|user| user.id);
    let mut change = Change::new();
    let asked = Asked {
        purpose: Purpose::MagicLink,
        email,
        user,
        language: found.and_then(|user| user.language),
        is_known_device,
        detail: Some(if remember_me { REMEMBERED } else { SHORT }),
        browser: Some(browser),
    };
    let mail = mail_asked(ctx, &mut change, asked, |issued| Letter::MagicLink {
        link: ctx.settings.link(Page::MagicLink, redirect.as_ref(), &issued.token.expose()),
        code: issued.shown_code(),
    });
    change.record(Event::of(EventType::MagicLinkRequest, user).by_strangers().only_if(mail.written.clone()));
    mail.commit(ctx, change).await?;
    Ok(())
}

/// What is remembered of the session that is wanted.
const REMEMBERED: &str = "remember_me";
const SHORT: &str = "short";

/// What was mailed is shown, by the browser that asked.
pub struct UseMagicLink {
    /// Token or code.
    pub mailed: TokenOrCode,
    /// The browser.
    pub browser: Option<ChallengeCookie>,
    /// The device, in the client's words.
    pub device: Device,
    /// The device's cookies.
    pub device_cookies: Vec<DeviceCookie>,
    /// The sessions that the request came with. They end: a browser has one at a time.
    pub replaces: Vec<CookieSecret>,
}

/// Why nobody is signed in.
#[derive(Debug)]
pub enum UseMagicLinkError {
    /// Token or code are not good, or another browser asked for them.
    TokenInvalid,
    /// The browser was signed in by it before: nothing is done again.
    Repeated,
    /// The account is banned.
    Banned,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(UseMagicLinkError: Failed(Failure));

/// Whether a browser has asked for the mail of a link. Spends nothing.
///
/// # Errors
///
/// Where storage fails.
pub async fn is_asked_for_by(
    ctx: &Context,
    token: Option<ChallengeToken>,
    browser: &ChallengeCookie,
) -> Result<bool, Failure> {
    let of = Of::Browser(browser, AskedFor::MagicLink);
    let presented = TokenOrCode::Token(token).presented(ctx, Purpose::MagicLink, of, Some(browser)).await?;
    Ok(match presented {
        Presented::Good(challenge) => challenge.is_of(browser),
        Presented::Repeated(_) => true,
        Presented::Bad => false,
    })
}

/// Opens a session.
///
/// # Errors
///
/// See [`UseMagicLinkError`].
pub async fn use_magic_link(ctx: &Context, request: UseMagicLink) -> Result<SignedIn, UseMagicLinkError> {
    let browser = request.browser.as_ref().ok_or(UseMagicLinkError::TokenInvalid)?;
    let of = Of::Browser(browser, AskedFor::MagicLink);
    let presented = request.mailed.presented(ctx, Purpose::MagicLink, of, Some(browser)).await?;
    let challenge = match presented {
        // Whoever was sent somebody else's link, or has found one, is signed in nowhere.
        Presented::Good(challenge) if challenge.is_of(browser) => challenge,
        Presented::Repeated(_) => return Err(UseMagicLinkError::Repeated),
        Presented::Good(_) | Presented::Bad => return Err(UseMagicLinkError::TokenInvalid),
    };
    let found = credentials(ctx, &challenge).await?;
    if found.user.ban.holds(ctx.now) {
        return Err(UseMagicLinkError::Banned);
    }
    let mut led_to = Change::new();
    challenge.spend(ctx, &mut led_to, Some(browser));
    let found = if found.user.email_verified {
        found
    } else {
        // Before a session is opened: what was there ends.
        first_proof(ctx, &mut led_to, &found.user, None);
        match std::mem::take(&mut led_to).commit_or(ctx, UseMagicLinkError::TokenInvalid).await {
            Err(UseMagicLinkError::TokenInvalid) if challenge.is_spent_by(Some(browser)).await? => {
                return Err(UseMagicLinkError::Repeated);
            }
            outcome => outcome?,
        };
        credentials(ctx, &challenge).await?
    };
    open(ctx, &request, &challenge, found, led_to).await
}

async fn credentials(ctx: &Context, challenge: &Challenge) -> Result<Credentials, UseMagicLinkError> {
    let found = accounts::credentials_by_id(ctx, challenge.user).await?;
    found.filter(|found| found.user.email == challenge.email).ok_or(UseMagicLinkError::TokenInvalid)
}

async fn open(
    ctx: &Context,
    request: &UseMagicLink,
    challenge: &Challenge,
    found: Credentials,
    led_to: Change,
) -> Result<SignedIn, UseMagicLinkError> {
    let Credentials { user, version, snapshot, .. } = found;
    let trusted = devices::trusted(ctx, &request.device_cookies, Some(&user.email)).await?;
    let device = devices::recognise(user.id, trusted, request.device.id.as_deref()).await?;
    let methods = Methods::mail();
    let proven = Proven { user, credential_version: version, snapshot, attempt: None, device, methods };
    let wanted = Wanted {
        remember_me: challenge.detail.as_deref() == Some(REMEMBERED),
        device: &request.device,
        replaces: &request.replaces,
    };
    match sessions::open(ctx, led_to, proven, &wanted).await? {
        Opened::SignedIn(signed_in) => {
            platform::count(Metric::SignIns, "success", 1);
            Ok(*signed_in)
        }
        Opened::Outdated if challenge.is_spent_by(request.browser.as_ref()).await? => {
            Err(UseMagicLinkError::Repeated)
        }
        Opened::Outdated => Err(UseMagicLinkError::TokenInvalid),
    }
}
