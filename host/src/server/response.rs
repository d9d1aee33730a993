//! From the exchange's record to HTTP.

use super::request_error::RequestError;
use crate::bindings::exports::mana::auth::exchange;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

/// An answer, and the template of the route that gave it.
pub(super) struct RoutedResponse {
    pub(super) response: Response<Bytes>,
    pub(super) route: String,
    /// Whether it may be given again.
    pub(super) reuse: Option<exchange::Reuse>,
}

impl RoutedResponse {
    /// What the component answered, with its body apart. It is ours, so an answer that is no HTTP is our bug.
    pub(super) fn of(record: exchange::Response, body: Bytes, method: &Method) -> Result<Self, RequestError> {
        let exchange::Response { status, headers, route, reuse, .. } = record;
        let status = StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 200);
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status.ok_or(RequestError::Internal)?;
        let fields: Option<HeaderMap> = headers.into_iter().map(field).collect();
        *response.headers_mut() = fields.ok_or(RequestError::Internal)?;
        if method != Method::HEAD {
            // The server writes it from the content.
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = body;
        } else if !body.is_empty() {
            // RFC 9110 §9.3.2: the fields of a GET, without its content.
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        Ok(Self { response, route, reuse })
    }

    /// What the host itself answers.
    pub(super) fn of_host(response: Response<Bytes>, route: String) -> Self {
        Self { response, route, reuse: None }
    }

    /// The host's own refusal. No route gave it.
    pub(super) fn refused(refusal: RequestError, method: &Method) -> Self {
        let (head, body) = refusal.problem().response().into_parts();
        let body = if method == Method::HEAD { Vec::new() } else { body };
        Self::of_host(Response::from_parts(head, Bytes::from(body)), String::new())
    }
}

fn field((name, value): (String, Vec<u8>)) -> Option<(HeaderName, HeaderValue)> {
    Some((
        HeaderName::from_bytes(name.as_bytes()).ok()?,
        HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?,
    ))
}
