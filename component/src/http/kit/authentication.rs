//! Who makes a request, as a parameter of its handler: a handler that asks for it can't run without it.

use super::{call::Call, cookies, origin, problem::Problem};
use crate::{
    accounts::Role,
    secrets::{CookieSecret, is_valid_bearer},
    sessions::{self, Caller},
    settings::Settings,
};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderValue, Method, header::AUTHORIZATION, request::Parts};
use mana_auth_hygiene::Code;

/// What a request brought to authenticate itself with.
pub enum Credential<'a> {
    /// A bearer token. Cookies are then ignored.
    Bearer(&'a str),
    /// Session cookies: one, unless its domain has changed.
    Cookies(Vec<CookieSecret>),
    /// A bearer credential without a token, or several. Cookies are ignored here too.
    Unusable,
    /// Nothing.
    None,
}

impl<'a> Credential<'a> {
    /// Of a request.
    pub fn of(headers: &'a HeaderMap, settings: &Settings) -> Self {
        match Bearer::of(headers) {
            Bearer::Token(token) => Self::Bearer(token),
            Bearer::Unusable => Self::Unusable,
            Bearer::None => match cookies::sessions(headers, settings) {
                cookies if cookies.is_empty() => Self::None,
                cookies => Self::Cookies(cookies),
            },
        }
    }
}

/// What the `Authorization` header says in the scheme `Bearer` (RFC 6750 §2.1). Other schemes are not ours: a proxy before
/// the service may want one for itself.
pub enum Bearer<'a> {
    /// A token.
    Token(&'a str),
    /// The scheme without a token or with what can be none, or several times.
    Unusable,
    /// Nothing.
    None,
}

impl<'a> Bearer<'a> {
    /// Of a request.
    pub fn of(headers: &'a HeaderMap) -> Self {
        // A field holds one credential (RFC 9110 §11.6.2). Whoever joins several by commas means each of them.
        let mut ours = headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes).flat_map(|field| {
            let is_one = !field.contains(&b',');
            field.split(|byte| *byte == b',').filter_map(bearer).map(move |token| (token, is_one))
        });
        match (ours.next(), ours.next()) {
            (None, _) => Self::None,
            (Some((token, true)), None) if !token.is_empty() => match str::from_utf8(token) {
                Ok(token) if is_valid_bearer(token) => Self::Token(token),
                _ => Self::Unusable,
            },
            _ => Self::Unusable,
        }
    }
}

/// What stands behind the scheme, where that is ours.
fn bearer(credential: &[u8]) -> Option<&[u8]> {
    let credential = credential.trim_ascii();
    let end = credential.iter().position(u8::is_ascii_whitespace).unwrap_or(credential.len());
    let (scheme, rest) = credential.split_at_checked(end)?;
    // Behind a space (RFC 9110 §11.4). Behind a tab it is the scheme, and no token.
    let token = || rest.strip_prefix(b" ").unwrap_or_default().trim_ascii();
    scheme.eq_ignore_ascii_case(b"bearer").then(token)
}

/// The bearer token of a request; empty where there is none.
pub fn bearer_token(headers: &HeaderMap) -> &str {
    match Bearer::of(headers) {
        Bearer::Token(token) => token,
        Bearer::Unusable | Bearer::None => "",
    }
}

/// Whoever authenticated with a bearer token or the session cookie. A change of state by cookie also needs a
/// trusted origin.
pub struct Authenticated {
    /// Who it is.
    pub caller: Caller,
    /// The cookie, if that is what they came with.
    pub cookie: Option<CookieSecret>,
}

impl Authenticated {
    /// Of a request, by the database.
    ///
    /// # Errors
    ///
    /// `Unauthenticated`, or `Forbidden` for a change of state from an origin that is not trusted.
    pub async fn of(call: &Call, method: &Method, headers: &HeaderMap) -> Result<Self, Problem> {
        match Credential::of(headers, call.settings) {
            Credential::Bearer(token) => {
                Ok(Self { caller: sessions::by_access_token(call, token).await?, cookie: None })
            }
            Credential::Cookies(cookies) => {
                let (caller, cookie) = sessions::by_cookies(call, cookies).await?;
                origin::require(method, headers, call)?;
                Ok(Self { caller, cookie: Some(cookie) })
            }
            Credential::Unusable => Err(Problem::invalid_token()),
            Credential::None => Err(Code::Unauthenticated.into()),
        }
    }

    /// Moves the session's end, if it is time to, and the cookie's with it: the caller, and the cookie to set.
    ///
    /// # Errors
    ///
    /// As [`cookies::set`].
    pub async fn renewed(self, call: &Call) -> Result<(Caller, Option<HeaderValue>), Problem> {
        let Self { mut caller, cookie } = self;
        let slid = sessions::slide(call, &mut caller).await;
        let cookie = cookie.filter(|_| slid);
        let renewed = cookie.map(|cookie| cookies::set(call.settings, &cookie, &caller.session, call.now));
        Ok((caller, renewed.transpose()?))
    }
}

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        Self::of(&call, &parts.method, &parts.headers).await
    }
}

/// An administrator, by the database.
pub struct Admin(pub Caller);

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Authenticated { caller, .. } = Authenticated::from_request_parts(parts, state).await?;
        match caller.user.role {
            Role::Admin => Ok(Self(caller)),
            Role::User | Role::Service => Err(Problem::forbidden("This is for administrators")),
        }
    }
}

/// Whoever authenticated with the session cookie, and nothing else.
pub struct ByCookie {
    /// Who it is.
    pub caller: Caller,
    /// The cookie.
    pub cookie: CookieSecret,
}

impl<S: Sync> FromRequestParts<S> for ByCookie {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Authenticated { caller, cookie } = Authenticated::from_request_parts(parts, state).await?;
        let cookie = cookie.ok_or(Code::Unauthenticated)?;
        Ok(Self { caller, cookie })
    }
}
