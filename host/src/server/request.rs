//! From HTTP to the exchange's record, within its bounds.

use super::{refusal::Refusal, room::Place};
use crate::{
    bindings::exports::mana::auth::exchange::{Request, Scheme},
    clock::Clock,
};
use bytes::{Buf as _, BufMut as _};
use futures::future::{Either, select};
use http::{HeaderMap, Version, header, request::Parts};
use http_body::Body;
use http_body_util::BodyExt as _;
use mana_auth_hygiene::Caller;
use std::{pin::pin, time::Duration};

/// The bounds of `exchange.request`. Request line and fields share one: 16 KiB is what proxies in front allow.
const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 16 * 1024;
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// The octets of a field that are neither name nor value: `: ` and CRLF.
const FIELD_OVERHEAD: usize = 4;

/// Checks what is known before the body, so that a request to be refused need not send it.
pub(super) fn check(head: &Parts) -> Result<(), Refusal> {
    if head.headers.len() > MOST_HEADERS || size(head) > LARGEST_HEAD {
        return Err(Refusal::HeadersTooLarge);
    }
    // RFC 9112 §3.2: exactly one `Host`; HTTP/2 says `:authority` instead.
    let hosts = head.headers.get_all(header::HOST).iter().count();
    if hosts > 1 || hosts == 0 && head.version == Version::HTTP_11 {
        return Err(Refusal::Malformed("a request needs exactly one Host"));
    }
    if head.uri.path_and_query().is_none() {
        return Err(Refusal::Malformed("this server is no proxy"));
    }
    let announced = head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse().ok()).unwrap_or(0_u64);
    if announced > LARGEST_BODY as u64 {
        return Err(Refusal::PayloadTooLarge);
    }
    Ok(())
}

/// The octets of target and fields.
pub(super) fn size(head: &Parts) -> usize {
    let fields = head.headers.iter();
    let fields =
        fields.map(|(name, value)| name.as_str().len() + value.len() + FIELD_OVERHEAD).sum::<usize>();
    fields + head.uri.path_and_query().map_or(0, |target| target.as_str().len())
}

/// Reads the body whole, within `limit`, as far as there is room for it.
pub(super) async fn body<B: Body>(
    body: B,
    place: &mut Place<'_>,
    limit: Duration,
    clock: &dyn Clock,
) -> Result<Vec<u8>, Refusal> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    match select(pin!(read(body, place)), clock.sleep(limit)).await {
        Either::Left((body, _)) => body,
        Either::Right(((), _)) => Err(Refusal::BodyTimeout),
    }
}

async fn read<B: Body>(body: B, place: &mut Place<'_>) -> Result<Vec<u8>, Refusal> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::Malformed("the body ended early"))?;
        // Trailers mean nothing here.
        let Ok(mut data) = frame.into_data() else { continue };
        if bytes.len() + data.remaining() > LARGEST_BODY {
            return Err(Refusal::PayloadTooLarge);
        }
        if !place.grow(data.remaining()) {
            return Err(Refusal::Overloaded);
        }
        bytes.put(&mut data);
    }
    Ok(bytes)
}

/// The record. `Host` is not among its headers: it travels as the authority, which an absolute-form target
/// overrides (RFC 9112 §3.2.2).
pub(super) fn record(id: String, caller: &Caller, head: Parts, body: Vec<u8>) -> Request {
    let authority = match head.uri.authority() {
        Some(authority) => authority.as_str().to_owned(),
        None => text(&head.headers, header::HOST),
    };
    Request {
        id,
        method: head.method.as_str().to_owned(),
        target: head.uri.path_and_query().map(|target| target.as_str().to_owned()).unwrap_or_default(),
        authority,
        scheme: match caller.scheme {
            mana_auth_hygiene::Scheme::Http => Scheme::Http,
            mana_auth_hygiene::Scheme::Https => Scheme::Https,
        },
        peer: caller.address.map(|address| address.to_string()).unwrap_or_default(),
        headers: fields(&head.headers),
        body,
        caller_adds_hygiene: true,
    }
}

fn fields(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let fields = headers.iter().filter(|(name, _)| *name != header::HOST);
    fields.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
