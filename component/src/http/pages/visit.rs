//! A visit: what every page knows of who asks for it, and how it is shown.

use super::{form::Form, form_token, kept::Kept};
use crate::{
    error::Failure,
    http::kit::{
        call::Call,
        cookies::{self, SetCookies},
        parameters::Parameters,
        problem::Problem,
    },
    secrets::{AskedFor, ChallengeCookie, ChallengeToken},
    sessions::{Caller, Device},
    settings::{ReturnTo, Settings},
};
use axum::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE},
    request::Parts,
};
use mana_auth_face::Language;
use mana_auth_hygiene::{Code, Origin};
use mana_auth_pages::{Frame, Stylesheet, View};
use std::sync::OnceLock;

/// Where people get to who asked for nothing else.
pub const HOME: &str = "/account";

/// The longest token that is shown in a form, in characters.
const TOKEN: usize = 128;

/// A request for a page.
pub struct Visit {
    pub call: Call,
    pub headers: HeaderMap,
    pub kept: Kept,
    pub return_to: Option<ReturnTo>,
    /// Where the form of this page leads, if elsewhere.
    leads_to: Option<Origin>,
    language: Language,
    /// Whether it was chosen in this browser.
    is_told: bool,
    /// Whether it was chosen by this request.
    is_chosen: bool,
    /// The path and query, without the language.
    here: String,
    /// Of a link in a mail; empty where there is none.
    pub token: String,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        let Ok(parameters) = Parameters::from_request_parts(parts, state).await;
        let text = |name, longest| parameters.text(name, longest).ok().flatten();
        let return_to = text("return_to", 1024).and_then(|text| call.settings.return_to(&text));
        let chosen = text("lang", 8).as_deref().and_then(Language::named);
        let remembered = cookies::language(&parts.headers, call.settings);
        Ok(Self {
            kept: Kept::open(&call, cookies::kept(&parts.headers, call.settings)),
            language: chosen.or(remembered).or(call.client.language).unwrap_or_default(),
            is_told: chosen.or(remembered).is_some(),
            is_chosen: chosen.is_some(),
            here: here(parts, return_to.is_some()),
            leads_to: return_to.as_ref().and_then(ReturnTo::origin).cloned(),
            return_to,
            token: text("token", TOKEN).unwrap_or_default(),
            headers: parts.headers.clone(),
            call,
        })
    }
}

/// The path and query of a request, without the language, and without a place that nobody is led to.
fn here(parts: &Parts, has_place: bool) -> String {
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let pairs = form_urlencoded::parse(query)
        .filter(|(name, _)| name != "lang" && (has_place || name != "return_to"));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", parts.uri.path())
}

impl Visit {
    /// The same, from which the person gets elsewhere.
    pub fn towards(self, place: Option<ReturnTo>) -> Self {
        Self { leads_to: place.as_ref().and_then(ReturnTo::origin).cloned(), return_to: place, ..self }
    }

    /// The same, whose form leads elsewhere.
    pub fn leading_to(self, origin: Origin) -> Self {
        Self { leads_to: Some(origin), ..self }
    }

    /// The same, with what its form has sent.
    pub fn with(self, sent: &Form) -> Self {
        let place = self.call.settings.return_to(sent.field("return_to"));
        self.towards(place)
    }

    /// The same for somebody, in whose language it is unless this browser was told another.
    pub fn of(self, caller: &Caller) -> Self {
        let language = caller.user.language.filter(|_| !self.is_told).unwrap_or(self.language);
        Self { language, kept: self.kept.of(&caller.session.id.to_string()), ..self }
    }

    pub fn settings(&self) -> &'static Settings {
        self.call.settings
    }

    /// For pages that make no sense without mail.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none.
    pub fn require_mail(&self) -> Result<(), Problem> {
        if self.settings().mail.is_some() { Ok(()) } else { Err(Code::NotFound.into()) }
    }

    /// The token of the link.
    pub fn challenge_token(&self) -> Option<ChallengeToken> {
        ChallengeToken::parse(&self.token)
    }

    /// What the browser has asked for.
    pub fn browser(&self) -> Option<ChallengeCookie> {
        cookies::challenge(&self.headers, self.call.settings)
    }

    /// The device, as far as a browser says.
    pub fn device(&self) -> Device {
        Device::of(&self.call.client, None, None)
    }

    /// A page.
    pub fn show(&self, status: StatusCode, view: &dyn View) -> Response {
        self.page(status, view, None)
    }

    /// A page to somebody who is signed in: its forms prove that they are ours.
    pub fn show_to(&self, caller: &Caller, status: StatusCode, view: &dyn View) -> Response {
        self.page(status, view, Some(&form_token::of(&self.call, caller)))
    }

    /// A page that takes what was mailed: the browser gets a challenge cookie, if it has none, so that a form which is sent twice has one outcome.
    pub fn ask(&self, view: &dyn View) -> Response {
        let mut response = self.show(StatusCode::OK, view);
        if self.browser().is_none() {
            let about = AskedFor::Page.about(&self.call.settings.keyring, "");
            let cookie = ChallengeCookie::after(None, about);
            add(&mut response, cookies::set_challenge(self.call.settings, &cookie));
        }
        response
    }

    /// The path and query that show the page again. A form has carried along what stood in its query.
    fn again(&self) -> String {
        match &self.return_to {
            Some(place) if !self.here.contains('?') => with_return_to(&self.here, place.as_str()),
            _ => self.here.clone(),
        }
    }

    fn page(&self, status: StatusCode, view: &dyn View, form_token: Option<&str>) -> Response {
        let frame = Frame {
            theme: &self.call.settings.theme,
            language: self.language,
            stylesheet: &stylesheet(self.call.settings).path,
            here: &self.again(),
            return_to: self.return_to.as_ref().map(ReturnTo::as_str),
            form_token,
        };
        let mut response = Response::new(Body::from(view.render(&frame)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, policy(self.call.settings, self.leads_to.as_ref()));
        // An address may hold a token.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("same-origin"));
        }
        if self.call.settings.theme.logo().is_some() {
            // A server of pictures need not know this header.
            let name = HeaderName::from_static("cross-origin-embedder-policy");
            headers.insert(name, HeaderValue::from_static("credentialless"));
        }
        if self.is_chosen {
            add(&mut response, cookies::set_language(self.call.settings, Some(self.language)));
        }
        response
    }

    /// To another page of the service, from which one gets to the same place.
    pub fn to(&self, path: &str) -> Response {
        let place = self.return_to.as_ref().map(|place| with_return_to(path, place.as_str()));
        Redirect::to(place.as_deref().unwrap_or(path)).into_response()
    }

    /// To where the person wanted.
    pub fn leave(&self) -> Response {
        Redirect::to(self.return_to.as_ref().map_or(HOME, ReturnTo::as_str)).into_response()
    }

    /// Keeps something for the next page.
    pub fn keep(&self, kept: &Kept, response: Response) -> Result<Response, Failure> {
        let cookie = cookies::set_kept(self.call.settings, &kept.seal(&self.call))?;
        Ok((SetCookies([cookie]), response).into_response())
    }

    /// Forgets what was kept: it is said once.
    pub fn forget(&self, mut response: Response) -> Response {
        add(&mut response, cookies::set_kept(self.call.settings, ""));
        response
    }
}

/// A path from which one gets to a place.
pub fn with_return_to(path: &str, place: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("{path}?{}", query.append_pair("return_to", place).finish())
}

/// None in practice: the value consists of characters that a header can hold.
fn add(response: &mut Response, cookie: Result<HeaderValue, Failure>) {
    if let Ok(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The stylesheet of this instance.
pub fn stylesheet(settings: &Settings) -> &'static Stylesheet {
    static STYLESHEET: OnceLock<Stylesheet> = OnceLock::new();
    STYLESHEET.get_or_init(|| Stylesheet::of(&settings.theme))
}

/// Nothing runs, nobody frames it, nothing but style and logo is loaded. Forms go to us, and browsers apply that to where the answer leads.
fn policy(settings: &Settings, leads_to: Option<&Origin>) -> HeaderValue {
    // CSP level 3 §2.3.1: a source has no query.
    let logo = settings.theme.logo().and_then(|logo| logo.split(['?', '#']).next());
    let logo = logo.map(|logo| format!(" {logo}")).unwrap_or_default();
    let app = leads_to.map(|origin| format!(" {}", origin.as_str()));
    let app = app.unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:{logo}; form-action 'self'{app}; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
