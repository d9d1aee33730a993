//! The API that takes mails: one call of it.

use super::{postmark, resend};
use crate::bindings::mailer::{Message, Outcome};
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use mana_auth_hygiene::Origin;
use mana_auth_spin_chained::ask;
use serde_json::Value;
use std::{net::IpAddr, str::FromStr};

/// Who has such an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Resend,
    Postmark,
}

/// An API, and what opens it.
pub struct Api {
    provider: Provider,
    /// Where it is, if elsewhere.
    elsewhere: Option<Origin>,
    credential: (HeaderName, HeaderValue),
}

impl FromStr for Provider {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, &'static str> {
        match name {
            "resend" => Ok(Self::Resend),
            "postmark" => Ok(Self::Postmark),
            _ => Err("must be `resend` or `postmark`"),
        }
    }
}

impl Api {
    /// That of a provider.
    ///
    /// # Errors
    ///
    /// Where the secret can't stand in a header.
    pub fn new(provider: Provider, secret: &str) -> Result<Self, &'static str> {
        let (name, value) = match provider {
            Provider::Resend => resend::credential(secret),
            Provider::Postmark => postmark::credential(secret),
        };
        let mut value = HeaderValue::try_from(value).map_err(|_| "must be one line of ASCII")?;
        value.set_sensitive(true);
        Ok(Self { provider, elsewhere: None, credential: (name, value) })
    }

    /// The same, elsewhere.
    ///
    /// # Errors
    ///
    /// Where that is no origin, or the secret could be overheard on the way to it.
    pub fn at(self, url: &str) -> Result<Self, String> {
        let origin = Origin::parse(Origin::without_slash(url)).map_err(|problem| problem.to_string())?;
        if !is_private(&origin) {
            return Err("must begin with https://, but on this machine".into());
        }
        Ok(Self { elsewhere: Some(origin), ..self })
    }

    /// Hands a mail over.
    pub async fn send(&self, message: &Message) -> Outcome {
        let Ok(request) = self.request(message) else {
            return Outcome::Never("its id can't stand in a header".into());
        };
        match ask(request).await {
            Ok(answer) => self.outcome(answer.status(), answer.body()),
            Err(error) => Outcome::Later(format!("the mail API: {}", error.why())),
        }
    }

    fn request(&self, message: &Message) -> Result<Request<Vec<u8>>, http::Error> {
        let (origin, path, body) = match self.provider {
            Provider::Resend => (resend::ORIGIN, resend::PATH, resend::body(message)),
            Provider::Postmark => (postmark::ORIGIN, postmark::PATH, postmark::body(message)),
        };
        let origin = self.elsewhere.as_ref().map_or(origin, Origin::as_str);
        let (name, value) = &self.credential;
        Request::post(format!("{origin}{path}"))
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            // Resend refuses who does not say it.
            .header(header::USER_AGENT, concat!("mana-auth/", env!("CARGO_PKG_VERSION")))
            // Postmark has nothing like it.
            .header("idempotency-key", &message.id)
            .body(body.to_string().into_bytes())
    }

    fn outcome(&self, status: StatusCode, body: &[u8]) -> Outcome {
        if status.is_success() {
            return Outcome::Accepted;
        }
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        match self.provider {
            Provider::Resend => resend::outcome(status, &body),
            Provider::Postmark => postmark::outcome(status, &body),
        }
    }
}

/// Whether nobody can overhear what is sent there.
fn is_private(origin: &Origin) -> bool {
    let host = origin.host().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    origin.as_str().starts_with("https://") || is_here && origin.is_of_the_web()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailer::mailbox::tests::message;

    #[test]
    fn a_call_says_who_calls_and_for_which_mail() {
        for (provider, address, name, value) in [
            (Provider::Resend, "https://api.resend.com/emails", "authorization", "Bearer geheim"),
            (Provider::Postmark, "https://api.postmarkapp.com/email", "x-postmark-server-token", "geheim"),
        ] {
            let api = Api::new(provider, "geheim").unwrap();
            let request = api.request(&message()).unwrap();
            assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", address));
            let header = |name: &str| request.headers()[name].to_str().unwrap();
            assert_eq!(header(name), value);
            assert!(request.headers()[name].is_sensitive());
            assert_eq!(header("idempotency-key"), message().id);
            assert_eq!(header("content-type"), "application/json");
            assert!(header("user-agent").starts_with("mana-auth/"));
            let elsewhere = Api::new(provider, "geheim").unwrap().at("http://127.0.0.1:4000/").unwrap();
            let uri = elsewhere.request(&message()).unwrap().uri().to_string();
            assert!(uri.starts_with("http://127.0.0.1:4000/email"), "{uri}");
        }
    }

    #[test]
    fn whatever_is_a_success_is_taken() {
        for provider in [Provider::Resend, Provider::Postmark] {
            let api = Api::new(provider, "geheim").unwrap();
            for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED] {
                assert!(matches!(api.outcome(status, b"no JSON"), Outcome::Accepted));
            }
            for status in [301, 302, 404, 405, 408, 429, 500, 502, 503, 504] {
                let outcome = api.outcome(StatusCode::from_u16(status).unwrap(), b"<html>");
                assert!(matches!(outcome, Outcome::Later(_)), "{status}: {outcome:?}");
            }
        }
    }
}
