//! The session cookie and the session cache's (RFC 6265bis).

use crate::{
    devices::DeviceCookie,
    error::{Bug, Error},
    sessions::{CookieSecret, Session},
    settings::Settings,
    time::{Span, Time},
};
use axum::response::{IntoResponseParts, ResponseParts};
use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
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
}

impl Name {
    /// With a prefix, browsers take a cookie only over TLS, and `__Host-` only from this host itself, so that no sibling
    /// domain can plant one.
    fn text(self, settings: &Settings) -> &'static str {
        match (self, settings.public_url.is_https(), settings.cookie_domain.is_none()) {
            (Self::Session, true, true) => "__Host-mana_session",
            (Self::Session, true, false) => "__Secure-mana_session",
            (Self::Session, false, _) => "mana_session",
            (Self::Cache, true, true) => "__Host-mana_cache",
            (Self::Cache, true, false) => "__Secure-mana_cache",
            (Self::Cache, false, _) => "mana_cache",
            (Self::Device, true, true) => "__Host-mana_device",
            (Self::Device, true, false) => "__Secure-mana_device",
            (Self::Device, false, _) => "mana_device",
        }
    }
}

/// The session cookie of a request.
pub fn session(headers: &HeaderMap, settings: &Settings) -> Option<CookieSecret> {
    CookieSecret::parse(only(headers, settings, Name::Session)?)
}

/// The device cookie of a request.
pub fn device(headers: &HeaderMap, settings: &Settings) -> Option<DeviceCookie> {
    DeviceCookie::parse(only(headers, settings, Name::Device)?)
}

/// The session cache's cookie of a request, as it came.
pub fn cache<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    only(headers, settings, Name::Cache)
}

/// A cookie's value. Two of the name count as none: which of them the browser's owner meant, and who planted the other,
/// can't be told.
fn only<'a>(headers: &'a HeaderMap, settings: &Settings, name: Name) -> Option<&'a str> {
    let name = name.text(settings);
    // As bytes: another app on the host may set what it likes beside ours.
    let pairs = headers.get_all(COOKIE).iter().flat_map(|field| pairs(field.as_bytes()));
    let mut ours =
        pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    match (ours.next(), ours.next()) {
        (Some(value), None) => str::from_utf8(value).ok(),
        _ => None,
    }
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
) -> Result<HeaderValue, Error> {
    let age = session.expires_at.since(now).as_seconds().max(0);
    field(settings, Name::Session, &cookie.expose(), age)
}

/// Sets the session cache's cookie.
///
/// # Errors
///
/// As [`set`].
pub fn set_cache(settings: &Settings, sealed: &str) -> Result<HeaderValue, Error> {
    let age = settings.session_cache.map_or(0, Span::as_seconds);
    field(settings, Name::Cache, sealed, age)
}

/// Sets the device cookie, for as long as browsers keep one (RFC 6265bis §5.5: 400 days). Signing out leaves it.
///
/// # Errors
///
/// As [`set`].
pub fn set_device(settings: &Settings, cookie: &DeviceCookie) -> Result<HeaderValue, Error> {
    field(settings, Name::Device, &cookie.expose(), Span::days(400).as_seconds())
}

/// Makes the browser forget both of the session's.
///
/// # Errors
///
/// As [`set`].
pub fn clear(settings: &Settings) -> Result<[HeaderValue; 2], Error> {
    Ok([field(settings, Name::Session, "", 0)?, clear_cache(settings)?])
}

/// Makes the browser forget what was cached of another session.
///
/// # Errors
///
/// As [`set`].
pub fn clear_cache(settings: &Settings) -> Result<HeaderValue, Error> {
    field(settings, Name::Cache, "", 0)
}

fn field(settings: &Settings, name: Name, value: &str, age: i64) -> Result<HeaderValue, Error> {
    let name = name.text(settings);
    let secure = if settings.public_url.is_https() { "; Secure" } else { "" };
    let domain =
        settings.cookie_domain.as_ref().map_or_else(String::new, |domain| format!("; Domain={domain}"));
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}{domain}");
    let mut field =
        HeaderValue::from_str(&text).map_err(|_| Bug::Missing("a cookie that fits into a header"))?;
    field.set_sensitive(true);
    Ok(field)
}
