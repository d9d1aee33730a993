//! What every page looks like, and the headers that it goes out with.

use crate::{
    error::Failure,
    http::kit::{call::Call, cookies, problem::Problem},
    secrets::{AskedFor, ChallengeCookie},
};
use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// The whole of it: pages of their own design replace it.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem}\
label{display:block;margin:1rem 0 .25rem}\
input{font:inherit;box-sizing:border-box;padding:.5rem}\
input[type=password]{width:100%}\
button{font:inherit;margin-top:1.25rem;padding:.5rem 1rem}\
.problem{border-left:3px solid;padding-left:.75rem}";

/// Nothing is loaded, nothing runs, nobody frames it, and forms go to us alone.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// A page.
pub fn page(call: &Call, status: StatusCode, title: &str, content: &Markup) -> Response {
    let tag = call.client.language.unwrap_or_default().tag();
    let document = html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                // Its address holds a token.
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    };
    let mut response = Response::new(Body::from(document.into_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // A page of ours that somebody opens can't be reached from theirs.
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// A page with a form: the browser gets a challenge cookie, if it has none.
pub fn asking(call: &Call, headers: &HeaderMap, title: &str, content: &Markup) -> Response {
    let mut response = page(call, StatusCode::OK, title, content);
    if cookies::challenge(headers, call.settings).is_none() {
        let cookie = cookies::set_challenge(
            call.settings,
            &ChallengeCookie::after(None, AskedFor::Page.about(&call.settings.keyring, "")),
        );
        match cookie {
            Ok(cookie) => drop(response.headers_mut().append(SET_COOKIE, cookie)),
            Err(failure) => return refused(failure),
        }
    }
    response
}

fn refused(failure: Failure) -> Response {
    Problem::from(failure).into_response()
}
