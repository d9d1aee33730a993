//! The session cookie, the session cache's and the device's (RFC 6265bis).
//!
//! A name has three forms and, but for `__Host-`, several scopes. Which of them is in use follows from `public_url` and
//! `cookie_domain`; a browser that was here before those changed still sends what it got then. So several values of a name are
//! looked at, and what is cleared is cleared in every scope.

use crate::{
    devices::DeviceCookie,
    error::{Bug, Failure},
    secrets::{ChallengeCookie, CookieSecret},
    sessions::Session,
    settings::Settings,
    time::{Span, Time},
};
use axum::response::{IntoResponseParts, ResponseParts};
use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use mana_auth_face::Language;
use mana_auth_hygiene::cookie_name;
use std::convert::Infallible;

/// A part of an answer: the cookies that it sets or clears.
pub struct SetCookies<I>(pub I);

impl<I: IntoIterator<Item = HeaderValue>> IntoResponseParts for SetCookies<I> {
    type Error = Infallible;

    fn into_response_parts(self, mut answer: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.0 {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(answer)
    }
}

/// Which of our cookies.
#[derive(Clone, Copy)]
enum Name {
    Session,
    Cache,
    Device,
    Challenge,
    Kept,
    Language,
}

impl Name {
    const fn text(self) -> &'static str {
        match self {
            Self::Session => cookie_name::SESSION,
            Self::Cache => cookie_name::CACHE,
            Self::Device => cookie_name::DEVICE,
            Self::Challenge => cookie_name::CHALLENGE,
            Self::Kept => cookie_name::KEPT,
            Self::Language => cookie_name::LANGUAGE,
        }
    }
}

/// What stands before a name (RFC 6265bis §4.1.3). With a prefix, browsers take a cookie only over TLS, and `__Host-` only
/// from this host itself, so that no sibling domain can plant one.
#[derive(Clone, Copy, PartialEq)]
enum Prefix {
    Host,
    Secure,
    None,
}

impl Prefix {
    const ALL: [Self; 3] = [Self::Host, Self::Secure, Self::None];

    /// The one in use.
    fn of(settings: &Settings) -> Self {
        match (settings.public_url.is_https(), settings.cookie_domain.is_none()) {
            (true, true) => Self::Host,
            (true, false) => Self::Secure,
            (false, _) => Self::None,
        }
    }

    /// That of a cookie which no sibling domain needs, and which none may plant.
    fn of_host(settings: &Settings) -> Self {
        if settings.public_url.is_https() { Self::Host } else { Self::None }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Host => "__Host-",
            Self::Secure => "__Secure-",
            Self::None => "",
        }
    }

    /// Where a cookie with it may have been set: none for the host alone, or a domain.
    fn scopes(self, settings: &Settings) -> Vec<Option<&str>> {
        let domains = (self != Self::Host).then(|| settings.public_url.domains());
        [None].into_iter().chain(domains.into_iter().flatten().map(Some)).collect()
    }
}

/// The most values of one name that are looked at. A browser sends two where the domain has changed; who sends more plants them.
const MOST: usize = 4;

/// The most session cookies that a sign-out ends.
const MOST_ENDED: usize = 16;

/// The session cookies of a request, in the form that is in use. Of more than four none counts: they were planted, and whose
/// browser it is can't be told.
pub fn sessions(headers: &HeaderMap, settings: &Settings) -> Vec<CookieSecret> {
    let ours = values(headers, Prefix::of(settings), Name::Session).filter_map(CookieSecret::parse);
    let ours: Vec<_> = ours.take(MOST + 1).collect();
    if ours.len() > MOST { Vec::new() } else { ours }
}

/// The same, and those of the forms that are not in use: whoever signs out means them too. Of very many only the first; then the
/// second value is true.
pub fn all_sessions(headers: &HeaderMap) -> (Vec<CookieSecret>, bool) {
    let all = Prefix::ALL.into_iter().flat_map(|prefix| values(headers, prefix, Name::Session));
    let mut all = all.filter_map(CookieSecret::parse);
    (all.by_ref().take(MOST_ENDED).collect(), all.next().is_some())
}

/// The device cookies of a request.
pub fn devices(headers: &HeaderMap, settings: &Settings) -> Vec<DeviceCookie> {
    // All of them: a sibling domain may have planted some, and only a MAC tells which are ours.
    values(headers, Prefix::of(settings), Name::Device).filter_map(DeviceCookie::parse).collect()
}

/// The challenge cookie of a request: what its browser has asked for. Of several none counts.
pub fn challenge(headers: &HeaderMap, settings: &Settings) -> Option<ChallengeCookie> {
    let mut ours =
        values(headers, Prefix::of_host(settings), Name::Challenge).filter_map(ChallengeCookie::parse);
    ours.next().filter(|_| ours.next().is_none())
}

/// The cookie of what a page keeps for the next, as it came; none where there are several.
pub fn kept<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    let mut ours = values(headers, Prefix::of_host(settings), Name::Kept);
    ours.next().filter(|_| ours.next().is_none())
}

/// The language that somebody has chosen.
pub fn language(headers: &HeaderMap, settings: &Settings) -> Option<Language> {
    values(headers, Prefix::of_host(settings), Name::Language).find_map(Language::named)
}

/// The session cache's cookies of a request, as they came.
pub fn caches<'a>(headers: &'a HeaderMap, settings: &Settings) -> impl Iterator<Item = &'a str> {
    values(headers, Prefix::of(settings), Name::Cache).take(MOST)
}

fn values(headers: &HeaderMap, prefix: Prefix, name: Name) -> impl Iterator<Item = &str> {
    // As bytes: another app on the host may set what it likes beside ours.
    let pairs = headers.get_all(COOKIE).iter().flat_map(|field| pairs(field.as_bytes()));
    let ours = pairs.filter_map(move |pair| {
        let name_and_value = pair.trim_ascii().strip_prefix(prefix.text().as_bytes())?;
        name_and_value.strip_prefix(name.text().as_bytes())?.strip_prefix(b"=")
    });
    ours.filter_map(|value| str::from_utf8(value).ok())
}

/// What stands between semicolons. Searched for as words rather than bytes: ours is a kilobyte long.
fn pairs(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(field);
    std::iter::from_fn(move || {
        let field = rest?;
        let (pair, after) = match memchr::memchr(b';', field).and_then(|at| field.split_at_checked(at)) {
            Some((pair, after)) => (pair, after.get(1..)),
            None => (field, None),
        };
        rest = after;
        Some(pair)
    })
}

/// Sets the session cookie for as long as its session lives.
///
/// # Errors
///
/// None in practice: the value consists of characters that a header can hold.
pub fn set(
    settings: &Settings,
    cookie: &CookieSecret,
    session: &Session,
    now: Time,
) -> Result<HeaderValue, Failure> {
    let age = session.expires_at.since(now).as_seconds().max(0);
    in_use(settings, Name::Session, &cookie.expose(), age)
}

/// Sets the session cache's cookie.
///
/// # Errors
///
/// As [`set`].
pub fn set_cache(settings: &Settings, jwe: &str) -> Result<HeaderValue, Failure> {
    let age = settings.session_cache.map_or(0, Span::as_seconds);
    in_use(settings, Name::Cache, jwe, age)
}

/// Sets the device cookie, for as long as browsers keep one (RFC 6265bis §5.5: 400 days). Signing out leaves it.
///
/// # Errors
///
/// As [`set`].
pub fn set_device(settings: &Settings, cookie: &DeviceCookie) -> Result<HeaderValue, Failure> {
    in_use(settings, Name::Device, &cookie.expose(), Span::days(400).as_seconds())
}

/// Sets the challenge cookie, for this host alone whatever the domain of the others is, for as long as the longest challenge that a browser is asked about.
///
/// # Errors
///
/// As [`set`].
pub fn set_challenge(settings: &Settings, cookie: &ChallengeCookie) -> Result<HeaderValue, Failure> {
    let age = Span::days(1).as_seconds();
    field(Prefix::of_host(settings), Name::Challenge, None, &cookie.expose(), age)
}

/// Keeps something for the next page, for ten minutes; empty: nothing any more.
///
/// # Errors
///
/// As [`set`].
pub fn set_kept(settings: &Settings, kept: &str) -> Result<HeaderValue, Failure> {
    let age = if kept.is_empty() { 0 } else { Span::minutes(10).as_seconds() };
    field(Prefix::of_host(settings), Name::Kept, None, kept, age)
}

/// Remembers the language that somebody has chosen; none: that of the browser again.
///
/// # Errors
///
/// As [`set`].
pub fn set_language(settings: &Settings, language: Option<Language>) -> Result<HeaderValue, Failure> {
    let (tag, age) = language.map_or(("", 0), |language| (language.tag(), Span::days(400).as_seconds()));
    field(Prefix::of_host(settings), Name::Language, None, tag, age)
}

/// Makes the browser forget the session's cookies, in every scope.
///
/// # Errors
///
/// As [`set`].
pub fn clear(headers: &HeaderMap, settings: &Settings) -> Result<Vec<HeaderValue>, Failure> {
    let mut cleared = vec![in_use(settings, Name::Session, "", 0)?, clear_cache(settings)?];
    cleared.extend(clear_elsewhere(headers, settings, &[Name::Session, Name::Cache])?);
    Ok(cleared)
}

/// Makes the browser forget what was cached of another session.
///
/// # Errors
///
/// As [`set`].
pub fn clear_cache(settings: &Settings) -> Result<HeaderValue, Failure> {
    in_use(settings, Name::Cache, "", 0)
}

/// For an answer that sets cookies: makes the browser forget those of the same names in other scopes, which it would send
/// beside them.
///
/// # Errors
///
/// As [`set`].
pub fn clear_others(headers: &HeaderMap, settings: &Settings) -> Result<Vec<HeaderValue>, Failure> {
    clear_elsewhere(headers, settings, &[Name::Session, Name::Cache, Name::Device])
}

/// Clears what the request came with, but for the form and scope that are in use.
fn clear_elsewhere(
    headers: &HeaderMap,
    settings: &Settings,
    names: &[Name],
) -> Result<Vec<HeaderValue>, Failure> {
    let mut cleared = Vec::new();
    for name in names {
        for prefix in Prefix::ALL {
            if values(headers, prefix, *name).next().is_none() {
                continue;
            }
            for scope in prefix.scopes(settings) {
                if prefix != Prefix::of(settings) || scope != settings.cookie_domain.as_deref() {
                    cleared.push(field(prefix, *name, scope, "", 0)?);
                }
            }
        }
    }
    Ok(cleared)
}

fn in_use(settings: &Settings, name: Name, value: &str, age: i64) -> Result<HeaderValue, Failure> {
    field(Prefix::of(settings), name, settings.cookie_domain.as_deref(), value, age)
}

fn field(
    prefix: Prefix,
    name: Name,
    domain: Option<&str>,
    value: &str,
    age: i64,
) -> Result<HeaderValue, Failure> {
    let (prefix_text, name) = (prefix.text(), name.text());
    let secure = if prefix == Prefix::None { "" } else { "; Secure" };
    let domain = domain.map_or_else(String::new, |domain| format!("; Domain={domain}"));
    let text =
        format!("{prefix_text}{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}{domain}");
    let mut field =
        HeaderValue::from_str(&text).map_err(|_| Bug::Missing("a cookie that fits into a header"))?;
    field.set_sensitive(true);
    Ok(field)
}
