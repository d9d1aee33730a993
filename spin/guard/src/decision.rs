//! What is to be done with a request, as far as that can be said without asking anybody.

use crate::{config::Config, credential::Credential, fields, origin, path::Path, rejection::Rejection};
use http::{HeaderMap, HeaderValue, Method};
use mana_auth_hygiene::wants_a_page;

/// A request, as far as it matters here.
#[derive(Debug)]
pub struct GuardedRequest<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its target, which should be a path and a query.
    pub target: &'a str,
    /// Its fields.
    pub headers: &'a HeaderMap,
}

/// What is to be done.
pub enum Decision<'a> {
    /// Everybody may see it.
    Public,
    /// Whoever holds this, if the auth service knows them and their role admits them to the path.
    Whoever(Credential, Path<'a>),
}

impl<'a> GuardedRequest<'a> {
    /// Decides.
    ///
    /// # Errors
    ///
    /// `TooLarge`, `Ambiguous`, `NoSession` or `ForeignPage`; `Misconfigured` where a guard asks a guard.
    pub fn decide(&self, config: &Config) -> Result<Decision<'a>, Rejection> {
        if self.is_a_guards_own() {
            return Err(Rejection::Misconfigured(
                "guard_auth: it leads to a guard, and not to the auth service".to_owned(),
            ));
        }
        if fields::are_too_large(self.headers) {
            return Err(Rejection::TooLarge);
        }
        let path = Path::of(self.target).ok_or(Rejection::Ambiguous)?;
        if config.public.iter().any(|prefix| path.is_within(prefix)) {
            return Ok(Decision::Public);
        }
        let credential = Credential::of(self.headers).ok_or(Rejection::NoSession)?;
        let is_sure = origin::is_safe(self.method) || !credential.is_ambient();
        if is_sure || origin::is_ours(self.headers, &config.trusted_origins) {
            Ok(Decision::Whoever(credential, path))
        } else {
            Err(Rejection::ForeignPage)
        }
    }

    /// Whether a guard asks, perhaps this one: answering would be asking again, without end. Only a component of this
    /// application is believed that, which Spin says by an address that no client has (4.1).
    fn is_a_guards_own(&self) -> bool {
        self.headers.contains_key(fields::ASKING) && self.is_chained()
    }

    /// Whether another component of this application asks. Spin then leaves the route's own start out of the path, so
    /// that rules about it don't apply as they would to a visitor's.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        let address = self.headers.get_all("spin-client-addr").iter().next_back();
        address.is_some_and(|address| address == "0.0.0.0:0")
    }

    /// Where to send whoever asked, if a page is of more use to them than an error.
    #[must_use]
    pub fn page(&self, refusal: &Rejection, config: &Config) -> Option<HeaderValue> {
        let page = match refusal {
            Rejection::NoSession | Rejection::TokenExpired => Some(&config.sign_in),
            Rejection::StepUp(_) => config.step_up.as_ref(),
            Rejection::Ambiguous
            | Rejection::TooLarge
            | Rejection::ForeignPage
            | Rejection::Role
            | Rejection::Unavailable(_)
            | Rejection::Misconfigured(_) => None,
        };
        let is_visit = matches!(*self.method, Method::GET | Method::HEAD) && wants_a_page(self.headers);
        page.filter(|_| is_visit).map(|page| page.location(self.target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn config() -> Config {
        let value = |name| match name {
            "guard_audience" => Some("app"),
            "guard_sign_in" => Some("/login"),
            "guard_step_up" => Some("/step-up"),
            "guard_public" => Some("/public"),
            "guard_trusted_origins" => Some("https://app.example"),
            "guard_roles" | "guard_max_age_minutes" => Some(""),
            _ => None,
        };
        Config::read(value).expect("a configuration")
    }

    const COOKIE: (&str, &str) = ("cookie", "mana_session=x");
    const BEARER: (&str, &str) = ("authorization", "Bearer x");

    /// What is decided, in a word, and where a page would be.
    fn decide(
        method: &str,
        target: &str,
        fields: &[(&'static str, &'static str)],
    ) -> (&'static str, Option<String>) {
        let field = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let (method, headers) = (method.parse().expect("a method"), fields.iter().map(field).collect());
        let asked = GuardedRequest { method: &method, target, headers: &headers };
        let decision = match asked.decide(&config()) {
            Ok(Decision::Public) => "public",
            Ok(Decision::Whoever(..)) => "whoever",
            Err(Rejection::TooLarge) => "too large",
            Err(Rejection::Ambiguous) => "ambiguous",
            Err(Rejection::NoSession) => "no session",
            Err(Rejection::ForeignPage) => "foreign",
            Err(Rejection::Misconfigured(_)) => "misconfigured",
            Err(_) => "something else",
        };
        (decision, page(&asked, &Rejection::NoSession))
    }

    fn page(asked: &GuardedRequest<'_>, refusal: &Rejection) -> Option<String> {
        asked.page(refusal, &config()).map(|page| page.to_str().expect("text").to_owned())
    }

    #[test]
    fn everything_that_is_not_listed_asks_for_a_session() {
        for (method, target, fields, decision) in [
            ("GET", "/public/x", vec![], "public"),
            ("POST", "/public", vec![COOKIE, ("origin", "https://evil.example")], "public"),
            ("GET", "/", vec![], "no session"),
            ("GET", "/publicity", vec![], "no session"),
            ("GET", "/public/../x", vec![COOKIE], "ambiguous"),
            ("OPTIONS", "*", vec![COOKIE], "ambiguous"),
            ("GET", "/", vec![COOKIE], "whoever"),
            ("GET", "/", vec![BEARER], "whoever"),
            ("POST", "/", vec![BEARER], "whoever"),
            ("POST", "/", vec![COOKIE], "foreign"),
            ("POST", "/", vec![COOKIE, ("origin", "https://evil.example")], "foreign"),
            ("POST", "/", vec![COOKIE, ("origin", "https://app.example")], "whoever"),
            ("DELETE", "/", vec![COOKIE, ("sec-fetch-site", "same-origin")], "whoever"),
            ("BREW", "/", vec![COOKIE], "foreign"),
            ("POST", "/", vec![BEARER, COOKIE, ("origin", "https://evil.example")], "whoever"),
        ] {
            assert_eq!(decide(method, target, &fields).0, decision, "{method} {target} {fields:?}");
        }
    }

    #[test]
    fn a_guard_that_asks_a_guard_is_told_so() {
        const ASKING: (&str, &str) = ("mana-guard-asks", "1");
        const CHAINED: (&str, &str) = ("spin-client-addr", "0.0.0.0:0");
        const REMOTE: (&str, &str) = ("spin-client-addr", "192.0.2.1:1");
        for (fields, decision) in [
            (vec![COOKIE, ASKING, CHAINED], "misconfigured"),
            (vec![COOKIE, ASKING, REMOTE, CHAINED], "misconfigured"),
            (vec![COOKIE, ASKING, CHAINED, REMOTE], "whoever"),
            (vec![COOKIE, CHAINED], "whoever"),
        ] {
            assert_eq!(decide("GET", "/x", &fields).0, decision, "{fields:?}");
        }
    }

    #[test]
    fn only_visits_are_sent_to_a_page() {
        const HTML: (&str, &str) = ("accept", "text/html");
        assert_eq!(decide("GET", "/a?b", &[HTML]).1.as_deref(), Some("/login?return_to=/a%3Fb"));
        assert_eq!(decide("POST", "/a?b", &[HTML]).1, None);
        assert_eq!(decide("GET", "/a?b", &[("accept", "application/json")]).1, None);
        assert_eq!(decide("GET", "/a?b", &[]).1, None);
        let headers = HeaderMap::from_iter([(http::header::ACCEPT, HeaderValue::from_static("text/html"))]);
        let asked = GuardedRequest { method: &Method::GET, target: "/a?b", headers: &headers };
        let proof = page(&asked, &Rejection::StepUp(600));
        assert_eq!(proof.as_deref(), Some("/step-up?return_to=/a%3Fb"));
        assert_eq!(page(&asked, &Rejection::Role), None);
    }
}
