//! Why a request doesn't reach the app, and how the client is told: in the error shape of the auth service.

use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE},
};
use mana_auth_hygiene::{Code, Policy, Problem, Scheme};

/// Why a request doesn't reach the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The path has more than one reading.
    Ambiguous,
    /// The header fields are more than can be handed on.
    TooLarge,
    /// Nobody is signed in.
    NoSession,
    /// The access token was good; a refresh gets another.
    TokenExpired,
    /// A change of state by cookie from a page that may not ask for it.
    ForeignPage,
    /// The role doesn't suffice.
    Role,
    /// The user proved too long ago who they are: longer than so many seconds.
    StepUp(u64),
    /// The auth service gave neither a yes nor a no; the log is told why.
    Unavailable(&'static str),
    /// The operator's mistake, in words for the operator alone.
    Misconfigured(String),
}

/// When to come again where the auth service is out, in seconds: about the time that an instance takes to start anew.
const RETRY: u64 = 5;

impl Rejection {
    /// The answer. Where someone is to look at it, `page` is where they can do what is asked for.
    #[must_use]
    pub fn response(&self, page: Option<HeaderValue>) -> Response<Vec<u8>> {
        let mut response = page.map_or_else(|| self.told(), redirect);
        harden(response.headers_mut());
        response
    }

    /// As a program is told.
    fn told(&self) -> Response<Vec<u8>> {
        let mut response = self.problem().response();
        if let Self::StepUp(max_age) = self {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge(*max_age));
        }
        response
    }

    /// What the log is told, where the operator has something to do.
    #[must_use]
    pub fn for_the_log(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Unavailable(why) => Some(("nobody is let through: no answer from the auth service", why)),
            Self::Misconfigured(why) => Some(("nobody is let through: the guard is not configured", why)),
            Self::Ambiguous
            | Self::TooLarge
            | Self::NoSession
            | Self::TokenExpired
            | Self::ForeignPage
            | Self::Role
            | Self::StepUp(_) => None,
        }
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Ambiguous => {
                Problem::new(Code::ValidationFailed).message("The path is not in canonical form")
            }
            Self::TooLarge => Problem::new(Code::HeadersTooLarge),
            Self::NoSession => Problem::new(Code::Unauthenticated),
            Self::TokenExpired => Problem::new(Code::TokenExpired),
            Self::ForeignPage => Problem::new(Code::Forbidden).message("This origin is not allowed"),
            Self::Role => Problem::new(Code::Forbidden),
            Self::StepUp(max_age) => Problem::new(Code::StepUpRequired).step_up(&["password"], *max_age),
            Self::Unavailable(_) => Problem::new(Code::StorageUnavailable).retry_after(RETRY),
            Self::Misconfigured(_) => Problem::new(Code::Internal),
        }
    }
}

/// RFC 9110 §15.4.3. It says who is not signed in, which is nobody else's to see.
fn redirect(page: HeaderValue) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(LOCATION, page);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// RFC 9470 §3.
fn challenge(max_age: u64) -> HeaderValue {
    let text = format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age}"#);
    // Visible ASCII always makes a value.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"))
}

/// The guard's own answers carry what every answer of the auth service carries; HTTPS is whoever's who ends TLS.
fn harden(headers: &mut HeaderMap) {
    Policy::new(None, Vec::new()).apply(Scheme::Http, None, headers);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_shape_of_the_services_errors() {
        for (refusal, status, code) in [
            (Rejection::Ambiguous, 400, "VALIDATION_FAILED"),
            (Rejection::TooLarge, 431, "HEADERS_TOO_LARGE"),
            (Rejection::NoSession, 401, "UNAUTHENTICATED"),
            (Rejection::TokenExpired, 401, "TOKEN_EXPIRED"),
            (Rejection::ForeignPage, 403, "FORBIDDEN"),
            (Rejection::Role, 403, "FORBIDDEN"),
            (Rejection::StepUp(600), 401, "STEP_UP_REQUIRED"),
            (Rejection::Unavailable("secret"), 503, "STORAGE_UNAVAILABLE"),
            (Rejection::Misconfigured("secret".to_owned()), 500, "INTERNAL"),
        ] {
            let response = refusal.response(None);
            let body: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
            assert_eq!(response.status(), status);
            assert_eq!(body["error"], code);
            assert_eq!(body["status"], status);
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
            assert!(!body.to_string().contains("secret"), "the inside stays inside");
        }
    }

    #[test]
    fn a_fresh_proof_is_asked_for_as_the_standard_says() {
        let response = Rejection::StepUp(600).response(None);
        let body: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
        assert_eq!((&body["methods"], &body["maxAgeSec"]), (&serde_json::json!(["password"]), &600.into()));
        let challenges: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
        assert_eq!(challenges, [r#"Bearer error="insufficient_user_authentication", max_age=600"#]);
    }

    #[test]
    fn people_are_sent_to_the_page_where_that_helps() {
        let page = HeaderValue::from_static("/login?return_to=/x");
        let response = Rejection::NoSession.response(Some(page.clone()));
        assert_eq!((response.status(), &response.headers()[LOCATION]), (StatusCode::FOUND, &page));
    }
}
