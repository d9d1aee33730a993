//! From `wasi:http` to the exchange's record.

use crate::{
    bindings::{ErrorCode, Method, Request, Scheme as WasiScheme, mana::auth::exchange, wit_future},
    caller,
    settings::Settings,
};
use futures::future::{Either, select};
use http::header::{COOKIE, HOST};
use mana_auth_hygiene::Scheme;
use std::pin::pin;
use wasip3::clocks::monotonic_clock;
use wit_bindgen::StreamResult;

/// One byte more than the exchange takes, so that the exchange itself refuses what is too long.
const ENOUGH: usize = 64 * 1024 + 1;
/// How long a body may take, in nanoseconds.
const TIMEOUT: u64 = 10_000_000_000;
/// How much is read at a time.
const CHUNK: usize = 16 * 1024;

/// Why a request was not read to its end.
pub enum Unread {
    /// The time for its body is over.
    Slow,
    /// The body ended early: nobody waits for an answer.
    Cut(ErrorCode),
}

/// Reads a request whole.
///
/// # Errors
///
/// Where the body does not come, or not whole.
pub async fn read(request: Request, settings: &Settings) -> Result<exchange::Request, Unread> {
    let method = name(request.get_method());
    let target = request.get_path_with_query().unwrap_or_else(|| "/".to_owned());
    let authority = request.get_authority().unwrap_or_default();
    let secure = matches!(request.get_scheme(), Some(WasiScheme::Https));
    let mut headers = request.get_headers().copy_all();
    headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
    headers.retain(|(name, _)| name != HOST.as_str());
    let headers = with_one_cookie_field(headers);
    let (peer, scheme) = caller::of(&headers, secure, settings);
    Ok(exchange::Request {
        // The component gives each request an id of its own.
        id: String::new(),
        method,
        target,
        authority,
        scheme: match scheme {
            Scheme::Http => exchange::Scheme::Http,
            Scheme::Https => exchange::Scheme::Https,
        },
        peer: peer.map(|address| address.to_string()).unwrap_or_default(),
        headers,
        body: body(request).await?,
        caller_adds_hygiene: false,
    })
}

/// RFC 9113 §8.2.3: HTTP/2 may carry each cookie in a field of its own; they are one field together.
fn with_one_cookie_field(headers: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let (crumbs, mut headers): (Vec<_>, Vec<_>) =
        headers.into_iter().partition(|(name, _)| name == COOKIE.as_str());
    if !crumbs.is_empty() {
        let crumbs: Vec<_> = crumbs.into_iter().map(|(_, value)| value).collect();
        headers.push((COOKIE.to_string(), crumbs.join(&b"; "[..])));
    }
    headers
}

/// Reads the body, for as long as our own server would wait for one.
async fn body(request: Request) -> Result<Vec<u8>, Unread> {
    let timeout = pin!(monotonic_clock::wait_for(TIMEOUT));
    match select(pin!(read_body(request)), timeout).await {
        Either::Left((body, _)) => body.map_err(Unread::Cut),
        Either::Right(_) => Err(Unread::Slow),
    }
}

async fn read_body(request: Request) -> Result<Vec<u8>, ErrorCode> {
    let (_, received) = wit_future::new(|| Ok(()));
    let (mut stream, ended) = Request::consume_body(request, received);
    let mut body = Vec::new();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(CHUNK)).await;
        body.extend_from_slice(&chunk);
        if body.len() >= ENOUGH {
            body.truncate(ENOUGH);
            return Ok(body);
        }
        if !matches!(result, StreamResult::Complete(_)) {
            break;
        }
    }
    drop(stream);
    ended.await.map(|_| body)
}

fn name(method: Method) -> String {
    let name = match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(other) => return other,
    };
    name.to_owned()
}
