//! The body of a request, as a parameter of its handler.

use super::{json, problem::Problem};
use crate::{error::FieldProblem, json::TWICE};
use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use http_body_util::BodyExt as _;
use mana_auth_hygiene::Code;
use serde::de::DeserializeOwned;

/// A body of `application/json` that is a `T`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Code::UnsupportedMediaType.into());
        }
        if parts.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(Problem::unsupported_encoding());
        }
        parse(without_bom(&read(body).await?)).map(Self)
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// What no body says.
    pub fn empty() -> Result<Self, Problem> {
        parse(b"{}").map(Self)
    }
}

/// Whether a request has no body, as far as it says so.
pub fn is_absent(request: &Request) -> bool {
    !request.headers().contains_key(CONTENT_TYPE) && request.body().is_end_stream()
}

/// What can be read of a body without a reason to refuse it: none where it is no JSON, whatever it says it is, or lacks a
/// member. For routes that must work whatever else a client sends. Only a body that names the member that counts, and says it twice or
/// in no JSON, is refused, and one that may name it where it can't be seen: what it means would be passed over.
pub struct Lenient<T>(pub Option<T>);

/// The member of a [`Lenient`] body that counts.
pub trait Counts {
    /// Its name.
    const MEMBER: &str;
}

impl<T: DeserializeOwned + Counts, S: Sync> FromRequest<S> for Lenient<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_encoded = request.headers().contains_key(CONTENT_ENCODING);
        let bytes = read(request.into_body()).await?;
        if is_encoded && !bytes.is_empty() {
            return Err(Problem::unsupported_encoding());
        }
        let text = without_bom(&bytes);
        match serde_json::from_slice(text) {
            Ok(body) => Ok(Self(Some(body))),
            Err(error) if error.to_string().starts_with("duplicate field") => {
                Err(FieldProblem::new(T::MEMBER, TWICE).into())
            }
            Err(_) if may_name(text, T::MEMBER) => {
                Err(FieldProblem::new(T::MEMBER, "must be in a JSON object").into())
            }
            Err(_) => Ok(Self(None)),
        }
    }
}

/// A text without the byte order mark that some clients put before it (RFC 8259 §8.1).
fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    let body = body.collect().await.map_err(|_| Code::PayloadTooLarge)?;
    Ok(body.to_bytes())
}

/// Whether a text that is no JSON may name a member, also by its escapes or in another encoding than UTF-8.
fn may_name(text: &[u8], member: &str) -> bool {
    let readable = str::from_utf8(text).ok().filter(|text| !text.contains(['\0', '\\']));
    readable.is_none_or(|text| text.contains(member))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    Ok(json::parse(bytes)?)
}

/// A form on another site can send the other content types without asking first; not this one.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
