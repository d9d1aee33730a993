//! Calls within the operator's own network, in the clear, where the public has to use HTTPS.

use crate::config::Config;
use http::{HeaderMap, Method, Response, header, request::Parts};
use ipnet::IpNet;
use mana_auth_hygiene::{Caller, PUBLIC, Scheme};
use std::net::IpAddr;

/// What neither takes nor gives a credential of a browser, beside what is public.
const PATHS: [&str; 2] = ["/api/v1/auth/validate", "/api/v1/auth/maintenance"];

/// With a bearer token, also what reads, and these. Nothing that takes a password or a refresh token, or gives one: the token beside it may
/// be any.
const WITH_BEARER: [&str; 4] =
    ["/api/v1/auth/admin/", "/api/v1/auth/audit/", "/api/v1/auth/service-token", "/api/v1/auth/sessions"];

/// By these a proxy tells whom it speaks for. A call that has any came from elsewhere.
const FORWARDED: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip"];

/// From where such calls may come.
pub(super) struct InternalNetworks {
    networks: Vec<IpNet>,
    proxies: Vec<IpNet>,
}

/// A call that may come in the clear: no cookie is read or set.
pub(super) struct InternalCall(());

impl InternalNetworks {
    /// None unless HTTPS is required: elsewhere all calls may come in the clear.
    pub(super) fn of(config: &Config) -> Self {
        let networks = if config.require_https { config.internal_networks.clone() } else { Vec::new() };
        Self { networks, proxies: config.trusted_proxies.clone() }
    }

    /// Whether a call is one, and made so that the component takes it: without cookies, as if it had come over TLS.
    pub(super) fn admit(
        &self,
        socket: Option<IpAddr>,
        caller: &mut Caller,
        head: &mut Parts,
    ) -> Option<InternalCall> {
        let from = socket?.to_canonical();
        let is_within = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&from));
        // A proxy that forgets to say whom it speaks for speaks for the public.
        if caller.scheme == Scheme::Https || !is_within(&self.networks) || is_within(&self.proxies) {
            return None;
        }
        let is_forwarded = FORWARDED.iter().any(|name| head.headers.contains_key(*name));
        if is_forwarded || !is_open(head) {
            return None;
        }
        head.headers.remove(header::COOKIE);
        caller.scheme = Scheme::Https;
        Some(InternalCall(()))
    }
}

impl InternalCall {
    /// Takes from an answer what belongs on TLS alone; tells how it goes out.
    pub(super) fn finish<B>(&self, answer: &mut Response<B>) -> Scheme {
        answer.headers_mut().remove(header::SET_COOKIE);
        Scheme::Http
    }
}

fn is_open(head: &Parts) -> bool {
    let path = head.uri.path();
    if PATHS.iter().chain(&PUBLIC).any(|open| *open == path) {
        return true;
    }
    let reads = matches!(head.method, Method::GET | Method::HEAD);
    has_bearer(&head.headers) && (reads || WITH_BEARER.iter().any(|open| path.starts_with(open)))
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let bearer = values.next().and_then(|value| value.as_bytes().get(..7));
    bearer.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer ")) && values.next().is_none()
}
