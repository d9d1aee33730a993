//! The session cookie (RFC 6265bis).

use crate::{
    error::{Bug, Error},
    sessions::{CookieSecret, Session},
    settings::Settings,
    time::Time,
};
use http::{HeaderMap, HeaderValue, header::COOKIE};

/// What the cookie is called. With a prefix, browsers take it only over TLS, and `__Host-` only from this host
/// itself, so that no sibling domain can plant one.
fn name(settings: &Settings) -> &'static str {
    match (settings.public_url.is_https(), &settings.cookie_domain) {
        (true, None) => "__Host-mana_session",
        (true, Some(_)) => "__Secure-mana_session",
        (false, _) => "mana_session",
    }
}

/// The session cookie of a request. Two of the name count as none: which of them the browser's owner meant, and
/// who planted the other, can't be told.
pub fn session(headers: &HeaderMap, settings: &Settings) -> Option<CookieSecret> {
    let name = name(settings);
    // As bytes: another app on the host may set what it likes beside ours.
    let pairs = headers.get_all(COOKIE).iter().flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    let mut ours =
        pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    match (ours.next(), ours.next()) {
        (Some(value), None) => CookieSecret::parse(str::from_utf8(value).ok()?),
        _ => None,
    }
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
    field(settings, &cookie.expose(), age)
}

/// Makes the browser forget the session cookie.
///
/// # Errors
///
/// As [`set`].
pub fn clear(settings: &Settings) -> Result<HeaderValue, Error> {
    field(settings, "", 0)
}

fn field(settings: &Settings, value: &str, age: i64) -> Result<HeaderValue, Error> {
    let name = name(settings);
    let secure = if settings.public_url.is_https() { "; Secure" } else { "" };
    let domain =
        settings.cookie_domain.as_ref().map_or_else(String::new, |domain| format!("; Domain={domain}"));
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}{domain}");
    let mut field =
        HeaderValue::from_str(&text).map_err(|_| Bug::Missing("a cookie that fits into a header"))?;
    field.set_sensitive(true);
    Ok(field)
}
