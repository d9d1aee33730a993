//! Who makes a request, as a parameter of its handler: a handler that asks for it can't run without it.

use super::{call::Call, cookies, origin, problem::Failure};
use crate::{
    accounts::Role,
    error::Error,
    sessions::{self, Caller, CookieSecret},
    settings::Settings,
};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderValue, Method, header::AUTHORIZATION, request::Parts};

/// What a request brought to authenticate itself with.
pub enum Credential<'a> {
    /// An `Authorization` header with a bearer token (RFC 6750 §2.1). Cookies are then ignored.
    Bearer(&'a str),
    /// The session cookie.
    Cookie(CookieSecret),
    /// An `Authorization` header of any other form. Cookies are ignored here too.
    Unusable,
    /// Nothing.
    None,
}

impl<'a> Credential<'a> {
    /// Of a request.
    pub fn of(headers: &'a HeaderMap, settings: &Settings) -> Self {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        match (fields.next(), fields.next()) {
            (None, _) => cookies::session(headers, settings).map_or(Self::None, Self::Cookie),
            (Some(field), None) => field.to_str().ok().and_then(bearer).map_or(Self::Unusable, Self::Bearer),
            (Some(_), Some(_)) => Self::Unusable,
        }
    }
}

/// The token of a `Bearer` credential.
pub fn bearer(field: &str) -> Option<&str> {
    let (scheme, token) = field.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// The bearer token of a request; empty where there is none.
pub fn shown(headers: &HeaderMap) -> &str {
    headers.get(AUTHORIZATION).and_then(|field| field.to_str().ok()).and_then(bearer).unwrap_or_default()
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
    pub async fn of(call: &Call, method: &Method, headers: &HeaderMap) -> Result<Self, Failure> {
        match Credential::of(headers, call.settings) {
            Credential::Bearer(token) => {
                Ok(Self { caller: sessions::by_access_token(call, token).await?, cookie: None })
            }
            Credential::Cookie(cookie) => {
                let caller = sessions::by_cookie(call, &cookie).await?;
                origin::require(method, headers, call.settings)?;
                Ok(Self { caller, cookie: Some(cookie) })
            }
            Credential::Unusable | Credential::None => Err(Error::Unauthenticated.into()),
        }
    }

    /// Moves the session's end, if it is time to, and the cookie's with it: the caller, and the cookie to set.
    ///
    /// # Errors
    ///
    /// As [`cookies::set`].
    pub async fn renewed(self, call: &Call) -> Result<(Caller, Option<HeaderValue>), Failure> {
        let Self { mut caller, cookie } = self;
        let slid = sessions::slide(call, &mut caller).await;
        let cookie = cookie.filter(|_| slid);
        let renewed = cookie.map(|cookie| cookies::set(call.settings, &cookie, &caller.session, call.now));
        Ok((caller, renewed.transpose()?))
    }
}

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let call = Call::from_request_parts(parts, state).await?;
        Self::of(&call, &parts.method, &parts.headers).await
    }
}

/// An administrator, by the database.
pub struct Admin(pub Caller);

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Authenticated { caller, .. } = Authenticated::from_request_parts(parts, state).await?;
        match caller.user.role {
            Role::Admin => Ok(Self(caller)),
            Role::User | Role::Service => Err(Error::Forbidden("This is for administrators").into()),
        }
    }
}

/// Whoever authenticated with the session cookie, and nothing else.
pub struct ByCookie(pub Caller);

impl<S: Sync> FromRequestParts<S> for ByCookie {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Authenticated { caller, cookie } = Authenticated::from_request_parts(parts, state).await?;
        if cookie.is_some() { Ok(Self(caller)) } else { Err(Error::Unauthenticated.into()) }
    }
}
