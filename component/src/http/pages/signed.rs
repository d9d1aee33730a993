//! A visit of somebody who is signed in; anybody else is led to where one signs in.

use super::{
    form::Form,
    form_token,
    kept::{Done, Kept},
    visit::{Visit, with_return_to},
};
use crate::{
    error::Failure,
    http::kit::{authentication::Authenticated, cookies, origin, problem::Problem},
    sessions::{self, AuthenticateError, Caller},
};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderValue, Method, StatusCode, header::SET_COOKIE, request::Parts};
use mana_auth_pages::View;

/// Who is signed in, and their visit.
pub struct Signed {
    pub visit: Visit,
    pub caller: Caller,
    /// The cookie of a session whose end was moved.
    renewed: Option<HeaderValue>,
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let refused = |problem: Problem| problem.into_response();
        let visit = Visit::from_request_parts(parts, state).await.map_err(refused)?;
        let cookies = cookies::sessions(&parts.headers, visit.settings());
        let had_one = !cookies.is_empty();
        let (caller, cookie) = match sessions::by_cookies(&visit.call, cookies).await {
            Ok(found) => found,
            Err(AuthenticateError::Unauthenticated) => return Err(to_login(parts, &visit, had_one)),
            Err(AuthenticateError::Failed(failure)) => return Err(refused(failure.into())),
        };
        origin::require(&parts.method, &parts.headers, &visit.call).map_err(refused)?;
        // Pages alone renew a session, for they alone bring its cookie.
        let (caller, renewed) = if parts.method == Method::GET {
            let authenticated = Authenticated { caller, cookie: Some(cookie) };
            authenticated.renewed(&visit.call).await.map_err(refused)?
        } else {
            (caller, None)
        };
        Ok(Self { visit: visit.of(&caller), caller, renewed })
    }
}

/// Back to this page afterwards. What a form has sent is lost: whoever signs in may be somebody else.
fn to_login(parts: &Parts, visit: &Visit, had_one: bool) -> Response {
    let here = match (&parts.method, parts.uri.path_and_query()) {
        (&Method::GET, Some(here)) => here.as_str(),
        _ => parts.uri.path(),
    };
    let login = Redirect::to(&with_return_to("/login", here)).into_response();
    if had_one && visit.kept.done.is_none() {
        return visit
            .keep(&Kept::done(Done::SessionOver), login)
            .unwrap_or_else(|failure| Problem::from(failure).into_response());
    }
    login
}

impl Signed {
    /// The same, with what its form has sent, which must be a form of this session.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub fn with(self, sent: &Form) -> Result<Self, Problem> {
        form_token::require(&self.visit.call, &self.caller, sent)?;
        Ok(Self { visit: self.visit.with(sent), ..self })
    }

    /// The address of the account.
    pub fn email(&self) -> &str {
        self.caller.user.email.as_str()
    }

    /// A page.
    pub fn show(&self, status: StatusCode, view: &dyn View) -> Response {
        self.renewed(self.visit.show_to(&self.caller, status, view))
    }

    /// To another page.
    pub fn to(&self, path: &str) -> Response {
        self.renewed(Redirect::to(path).into_response())
    }

    fn renewed(&self, mut response: Response) -> Response {
        if let Some(cookie) = &self.renewed {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }

    /// A page that says once what was done.
    pub fn show_once(&self, view: &dyn View) -> Response {
        let page = self.show(StatusCode::OK, view);
        if self.visit.kept.done.is_some() { self.visit.forget(page) } else { page }
    }

    /// To a page that says what was done, or has what was typed.
    pub fn done(&self, path: &str, kept: Kept) -> Result<Response, Failure> {
        let session = Some(self.caller.session.id.to_string());
        self.visit.keep(&Kept { session, ..kept }, self.to(path))
    }
}
