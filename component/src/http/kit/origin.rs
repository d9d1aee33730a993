//! Whose page makes a request: the defence against cross-site request forgery (OWASP CSRF cheat sheet,
//! "verifying origin").

use super::{call::Call, problem::Problem};
use crate::{context::Context, once_per_interval::OncePerInterval, platform::Level, time::Span};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderValue, Method, header::ORIGIN, request::Parts};
use mana_auth_hygiene::Origin;

/// The most of an origin that is told, in characters.
const ORIGIN_TOLD: usize = 200;

/// The request's one `Origin`; empty where it has none that can be read, or several.
pub fn of(headers: &HeaderMap) -> &str {
    only(headers, ORIGIN.as_str()).and_then(|origin| origin.to_str().ok()).unwrap_or_default()
}

/// The request's one `Origin`, if it is exactly one of these.
fn exactly<'a>(headers: &HeaderMap, known: impl IntoIterator<Item = &'a Origin>) -> Option<&'a Origin> {
    let origin = of(headers);
    known.into_iter().find(|known| known.as_str() == origin)
}

/// For a change of state that is authorized by a cookie: the browser must say that it comes from us or from a
/// trusted origin. `same-site` doesn't do: a sibling domain may be someone else's.
///
/// # Errors
///
/// `Forbidden`.
pub fn require(method: &Method, headers: &HeaderMap, ctx: &Context) -> Result<(), Problem> {
    let settings = ctx.settings;
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let trusted = settings.trusted_origins.iter().chain(settings.public_url.origins());
    if !changes || is_ours(headers) || exactly(headers, trusted).is_some() {
        Ok(())
    } else {
        tell(ctx, headers);
        Err(Problem::forbidden("This origin is not allowed"))
    }
}

/// For signing in and registering, which need no cookie: a foreign page must not do it in a visitor's browser
/// (login CSRF). Programs send neither `Origin` nor `Sec-Fetch-Site`, and are welcome.
///
/// # Errors
///
/// `Forbidden`.
pub fn refuse_foreign(headers: &HeaderMap, ctx: &Context) -> Result<(), Problem> {
    // A proxy may have taken the origin away.
    let is_foreign = matches!(fetch_site(headers), Some(b"cross-site" | b"same-site"));
    if headers.contains_key(ORIGIN) || is_foreign { require(&Method::POST, headers, ctx) } else { Ok(()) }
}

/// Tells the operator of a refusal, once in a while: perhaps an app's origin is missing in `trusted_origins`, or written otherwise.
pub fn tell(ctx: &Context, headers: &HeaderMap) {
    static TOLD: OncePerInterval<()> = OncePerInterval::new(Span::minutes(1));
    if TOLD.is_first((), ctx.now) {
        let words = "a page of an origin that is not trusted was refused";
        ctx.log(Level::Warn, words, &[("origin", &told(headers))]);
    }
}

/// The origin as the log has it.
fn told(headers: &HeaderMap) -> String {
    match of(headers) {
        "" => "none".to_owned(),
        origin => origin.chars().take(ORIGIN_TOLD).collect(),
    }
}

/// Tells the operator, once in a while, of a page on another site that signs somebody in: its browser drops the cookies of the answer,
/// which are `SameSite=Lax`. Whoever keeps the tokens of the answer instead does well.
pub fn tell_of_lost_cookies(ctx: &Context, headers: &HeaderMap) {
    static TOLD: OncePerInterval<()> = OncePerInterval::new(Span::minutes(1));
    if fetch_site(headers) == Some(b"cross-site") && TOLD.is_first((), ctx.now) {
        let words = "a page on another site than public_url signed somebody in: browsers keep no cookie there, only its tokens";
        ctx.log(Level::Warn, words, &[("origin", &told(headers))]);
    }
}

/// A request without a sign-in that no foreign page has made.
pub struct FirstParty(());

impl<S: Sync> FromRequestParts<S> for FirstParty {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        refuse_foreign(&parts.headers, &call)?;
        Ok(Self(()))
    }
}

fn is_ours(headers: &HeaderMap) -> bool {
    fetch_site(headers) == Some(b"same-origin")
}

/// Browsers alone set this header, and pages can't.
fn fetch_site(headers: &HeaderMap) -> Option<&[u8]> {
    only(headers, "sec-fetch-site").map(HeaderValue::as_bytes)
}

/// A header that is there once. Browsers send these so; of two, one is not theirs.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
