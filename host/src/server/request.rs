//! From HTTP to the exchange's record, within its bounds.

use super::{budget::Reservation, request_error::RequestError};
use crate::{
    bindings::exports::mana::auth::exchange::{Request, Scheme},
    clock::Clock,
};
use bytes::{Buf, BufMut as _};
use futures::future::{Either, select};
use http::{HeaderMap, Version, header, request::Parts};
use http_body::Body;
use http_body_util::BodyExt as _;
use mana_auth_hygiene::Caller;
use std::{
    pin::{Pin, pin},
    time::Duration,
};

/// The bounds of `exchange.request`. Request line and fields share one: 16 KiB is what proxies in front allow.
const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 16 * 1024;
const LONGEST_TARGET: usize = 8 * 1024;
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// So much of each request is free of the budget: a body that is announced and never comes, one that only signs somebody in, and the cookies
/// of an honest client do not use the budget up. Connections bound how many there are.
pub(super) const FREE: usize = 4 * 1024;

/// So much of a body that is too large is taken all the same, and thrown away, for so long: a client that is cut off while it sends
/// does not see our answer.
const MOST_IN_VAIN: usize = 1024 * 1024;
const LONGEST_IN_VAIN: Duration = Duration::from_secs(1);

/// The octets of a field that are neither name nor value: `: ` and CRLF.
const FIELD_OVERHEAD: usize = 4;

/// Checks what is known before the body, so that a request to be refused need not send it.
pub(super) fn check(head: &Parts) -> Result<(), RequestError> {
    let is_long = head.uri.path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET);
    if head.headers.len() > MOST_HEADERS || size(head) > LARGEST_HEAD || is_long {
        return Err(RequestError::HeadersTooLarge);
    }
    // RFC 9112 §3.2: exactly one `Host`; HTTP/2 says `:authority` instead.
    let hosts = head.headers.get_all(header::HOST).iter().count();
    if hosts > 1 || hosts == 0 && head.version == Version::HTTP_11 {
        return Err(RequestError::Malformed("a request needs exactly one Host"));
    }
    if head.uri.path_and_query().is_none() {
        return Err(RequestError::Malformed("this server is no proxy"));
    }
    // Who waits to be told to go on (RFC 9110 §10.1.1) need not send what is refused.
    if head.headers.contains_key(header::EXPECT) && announced(head) > LARGEST_BODY as u64 {
        return Err(RequestError::PayloadTooLarge);
    }
    Ok(())
}

/// The octets of the body, as far as they are announced.
fn announced(head: &Parts) -> u64 {
    let length = head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
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
    reservation: &mut Reservation,
    limit: Duration,
    clock: &dyn Clock,
) -> Result<Vec<u8>, RequestError> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    let mut body = pin!(body);
    let whole = match select(pin!(read(body.as_mut(), reservation)), clock.sleep(limit)).await {
        Either::Left((whole, _)) => whole,
        Either::Right(((), _)) => Err(RequestError::BodyTimeout),
    };
    if whole == Err(RequestError::PayloadTooLarge) {
        select(pin!(skip(body)), clock.sleep(LONGEST_IN_VAIN)).await;
    }
    whole
}

async fn read<B: Body>(
    mut body: Pin<&mut B>,
    reservation: &mut Reservation,
) -> Result<Vec<u8>, RequestError> {
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Err(RequestError::PayloadTooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| RequestError::Malformed("the body ended early"))?;
        // Trailers mean nothing here.
        let Ok(mut data) = frame.into_data() else { continue };
        if bytes.len() + data.remaining() > LARGEST_BODY {
            return Err(RequestError::PayloadTooLarge);
        }
        if !reservation.grow(data.remaining()) {
            return Err(RequestError::Overloaded);
        }
        bytes.put(&mut data);
    }
    Ok(bytes)
}

/// Takes the rest, within its bound.
async fn skip<B: Body>(mut body: Pin<&mut B>) {
    let mut skipped = 0;
    while skipped < MOST_IN_VAIN {
        let Some(Ok(frame)) = body.frame().await else { return };
        skipped += frame.data_ref().map_or(0, Buf::remaining);
    }
}

/// The record. `Host` is not among its headers: it travels as the authority, which an absolute-form target
/// overrides (RFC 9112 §3.2.2).
pub(super) fn record(id: String, caller: &Caller, head: &Parts, body: Vec<u8>) -> Request {
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
