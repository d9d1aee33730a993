//! What a form has sent.

use crate::http::kit::problem::Problem;
use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use mana_auth_hygiene::Code;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The fields of a form of `application/x-www-form-urlencoded`, by name. Not `Debug`: there are passwords among them.
pub struct Form(BTreeMap<String, Zeroizing<String>>);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Code::UnsupportedMediaType.into());
        }
        let body = request.into_body().collect().await.map_err(|_| Code::PayloadTooLarge)?.to_bytes();
        let pairs = form_urlencoded::parse(&body);
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned()))).collect()))
    }
}

impl Form {
    /// Whether it has a field.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A field; empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.as_str())
    }
}
