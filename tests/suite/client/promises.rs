//! What every answer promises, whoever gives it.

use super::{Answer, codes::status_of, document};
use crate::vault::{Vault, without_handed_out};
use http::Method;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Mutex};

/// Fields that stand in every answer with the same value.
const CONSTANT: &[(&str, &str)] = &[
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-permitted-cross-domain-policies", "none"),
    ("x-xss-protection", "0"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// What our own pages have instead: no address that holds a token is told to anybody, and neither other sites nor a window that opened one
/// can reach it.
const PAGE: &[(&str, &str)] = &[
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The policy of a page: nothing is loaded but the stylesheet, and forms go to the service, and on to where the person wants.
#[track_caller]
fn page_policy(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    assert!(!text.contains("<style") && !text.contains(" style="), "{answer}");
    let policy = answer.header("content-security-policy");
    let forms = policy.split("; ").find_map(|directive| directive.strip_prefix("form-action 'self'"));
    let forms = forms.unwrap_or_else(|| panic!("{answer} says nothing of forms"));
    assert!(forms.is_empty() || forms.starts_with(" https://"), "{policy}");
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'{forms}; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    )
}

/// Whether it is a page for people.
fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

fn is_stylesheet(answer: &Answer) -> bool {
    answer.status == 200 && answer.path.starts_with("/styles/")
}

/// Answers that hold nothing of anyone and may be kept.
const CACHEABLE: &[&str] =
    &["/api/v1/auth/jwks", "/.well-known/jwks.json", "/api/auth/jwks", "/openapi.json"];

/// The promises of one service.
#[derive(Default)]
pub struct Promises {
    request_ids: Mutex<BTreeSet<String>>,
}

impl Promises {
    /// Checks all of them. `secure`: a trusted proxy said that the request came over TLS.
    #[track_caller]
    pub fn check(&self, answer: &Answer, vault: &Vault, secure: bool) {
        self.headers(answer, secure);
        self.request_id(answer);
        body(answer);
        document::check(answer);
        secrets(answer, vault);
    }

    /// Checks those that the address of health and metrics gives too. It answers in plain text, and without an id.
    #[track_caller]
    pub fn check_management(&self, answer: &Answer, vault: &Vault) {
        self.headers(answer, false);
        assert!(!answer.headers.contains_key("x-request-id"), "{answer}");
        if answer.status == 404 || answer.status == 405 {
            body(answer);
        }
        secrets(answer, vault);
    }

    #[track_caller]
    fn headers(&self, answer: &Answer, secure: bool) {
        let policy = is_page(answer).then(|| page_policy(answer));
        let of_page = policy.iter().map(|policy| ("content-security-policy", policy.as_str()));
        let own: Vec<_> = policy.iter().flat_map(|_| PAGE.iter().copied()).chain(of_page).collect();
        let constant = CONSTANT.iter().filter(|(name, _)| !own.iter().any(|(of_own, _)| of_own == name));
        for (name, value) in constant.chain(&own) {
            assert_eq!(answer.headers.get_all(*name).iter().count(), 1, "{name} of {answer}");
            assert_eq!(answer.header(name), *value, "{name} of {answer}");
        }
        let permissions = answer.header("permissions-policy");
        for feature in ["camera=()", "microphone=()", "geolocation=()"] {
            assert!(permissions.contains(feature), "permissions-policy of {answer}: {permissions}");
        }
        let hsts = if secure { "max-age=31536000; includeSubDomains; preload" } else { "" };
        assert_eq!(answer.header("strict-transport-security"), hsts, "{answer}");
        for name in ["server", "x-powered-by"] {
            assert!(!answer.headers.contains_key(name), "{name} of {answer}");
        }
        let cacheable = answer.status == 200 && CACHEABLE.contains(&answer.path.as_str());
        if !cacheable && !is_stylesheet(answer) {
            assert_eq!(answer.header("cache-control"), "no-store", "cache-control of {answer}");
        }
        let allowed = answer.header("access-control-allow-origin");
        assert!(allowed != "*" || CACHEABLE.contains(&answer.path.as_str()), "{answer}");
    }

    /// One for each answer (1 to 64 visible ASCII characters), never the same twice.
    #[track_caller]
    fn request_id(&self, answer: &Answer) {
        let id = answer.header("x-request-id");
        assert!(
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()),
            "{answer}: id {id:?}"
        );
        assert!(self.request_ids.lock().unwrap().insert(id.to_owned()), "{answer}: id {id} twice");
    }
}

#[track_caller]
fn body(answer: &Answer) {
    if is_page(answer) {
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!answer.path.starts_with("/api") && !text.contains("<script"), "{answer}");
        return;
    }
    if answer.method == Method::HEAD {
        assert!(answer.body.is_empty(), "a body in {answer}");
    } else if answer.status >= 400 {
        let error = answer.json();
        let code = error["error"].as_str().unwrap_or_default();
        assert_eq!(status_of(code), Some(answer.status), "{answer}");
        assert_eq!(error["status"], answer.status, "{answer}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
        let known = ["error", "message", "status", "fields", "retryAfterSec", "methods", "maxAgeSec"];
        assert!(error.as_object().is_some_and(|o| o.keys().all(|k| known.contains(&k.as_str()))), "{answer}");
        assert_eq!(
            error.get("fields").is_some_and(Value::is_object),
            code == "VALIDATION_FAILED",
            "{answer}"
        );
        if code == "INVALID_REFRESH_TOKEN" {
            assert_eq!(error["message"], "Invalid refresh token");
        }
        let challenge = answer.header("www-authenticate");
        match code {
            // RFC 6750 §3.1: clients refresh on that.
            "TOKEN_EXPIRED" => assert_eq!(challenge, r#"Bearer error="invalid_token""#, "{answer}"),
            _ if answer.status == 401 => assert!(challenge.starts_with("Bearer"), "{answer}: {challenge}"),
            _ => assert_eq!(challenge, "", "{answer}"),
        }
    }
    if !answer.body.is_empty() {
        // A signed note is text, to the letter.
        let is_note = answer.status == 200 && answer.path.ends_with("/audit/checkpoint");
        // So is the answer to a probe.
        let is_probe = matches!(answer.path.as_str(), "/health" | "/ready");
        let is_text = is_note || is_probe && matches!(answer.status, 200 | 503);
        let expected = match is_text {
            true => "text/plain",
            false if is_stylesheet(answer) => "text/css",
            false => "application/json",
        };
        let content_type = answer.header("content-type");
        assert!(content_type.starts_with(expected), "content-type of {answer}: {content_type}");
    }
}

/// A known secret stands nowhere but where it is handed out: in a cookie, or in a member made for it.
#[track_caller]
fn secrets(answer: &Answer, vault: &Vault) {
    let handed_out = (200..300).contains(&answer.status);
    let body = if handed_out { without_handed_out(&answer.body) } else { answer.body.clone() };
    // A form holds the token that its own address brought.
    let body = if is_page(answer) { Vec::new() } else { body };
    vault.absent_from(&body, &format!("the body of {} {}", answer.method, answer.path));
    for (name, value) in answer.headers.iter().filter(|(name, _)| *name != "set-cookie") {
        vault
            .absent_from(value.as_bytes(), &format!("the field {name} of {} {}", answer.method, answer.path));
    }
}
