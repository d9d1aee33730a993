//! Who calls, and whether their words can be overheard on the way.

use crate::settings::Settings;
use http::{HeaderMap, HeaderName, HeaderValue};
use mana_auth_hygiene::{Caller, Scheme};
use std::net::{IpAddr, SocketAddr};

/// The client's address, as far as the host and trusted proxies tell it, and how the client reached the service.
/// `secure` is what the host itself says of the connection. Names are in lower case.
pub fn of(headers: &[(String, Vec<u8>)], secure: bool, settings: &Settings) -> (Option<IpAddr>, Scheme) {
    let scheme = |secure: bool| if secure { Scheme::Https } else { Scheme::Http };
    let Some(header) = &settings.client_address_header else { return (None, scheme(secure)) };
    // What stands before the last value, the client may have written itself.
    let last = headers.iter().rev().find(|(name, _)| name == header.as_str());
    if last.is_some_and(|(_, value)| value == b"0.0.0.0:0") {
        // Another component of the same process calls, over no network.
        return (None, Scheme::Https);
    }
    let Some(socket) = last.and_then(|(_, value)| address(value)) else { return (None, scheme(secure)) };
    let forwarded: HeaderMap = headers.iter().filter_map(forwarding).collect();
    let caller = Caller::of(Some(socket), &forwarded, &settings.trusted_proxies);
    (caller.address, scheme(secure || caller.scheme == Scheme::Https))
}

/// The last address of a list, with or without a port.
fn address(value: &[u8]) -> Option<IpAddr> {
    let last = str::from_utf8(value).ok()?.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

fn forwarding((name, value): &(String, Vec<u8>)) -> Option<(HeaderName, HeaderValue)> {
    if !name.starts_with("x-forwarded-") {
        return None;
    }
    Some((name.parse().ok()?, HeaderValue::from_bytes(value).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(header: Option<&str>) -> Settings {
        Settings::parse(header.unwrap_or_default(), "10.0.0.0/8").unwrap()
    }

    fn caller(headers: &[(&str, &str)]) -> (Option<String>, Scheme) {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        let (address, scheme) = of(&headers, false, &settings(Some("spin-client-addr")));
        (address.map(|address| address.to_string()), scheme)
    }

    #[test]
    fn the_last_value_is_the_hosts() {
        let forged = [("spin-client-addr", "0.0.0.0:0"), ("spin-client-addr", "203.0.113.9:4711")];
        assert_eq!(caller(&forged), (Some("203.0.113.9".into()), Scheme::Http));
        assert_eq!(
            caller(&[("spin-client-addr", "0.0.0.0:0, [2001:db8::1]:80")]).0.as_deref(),
            Some("2001:db8::1")
        );
    }

    #[test]
    fn a_call_within_the_process_has_no_address_and_cannot_be_overheard() {
        let chained = [("spin-client-addr", "198.51.100.1:1"), ("spin-client-addr", "0.0.0.0:0")];
        assert_eq!(caller(&chained), (None, Scheme::Https));
        for another in ["203.0.113.9:1, 0.0.0.0:0", "0.0.0.0", "[::]:0"] {
            assert_eq!(caller(&[("spin-client-addr", another)]), (None, Scheme::Http), "{another}");
        }
    }

    #[test]
    fn proxies_are_believed_and_nobody_else_is() {
        let forwarded = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
        let through = |socket| caller(&[&[("spin-client-addr", socket)], &forwarded[..]].concat());
        assert_eq!(through("10.0.0.1:9"), (Some("203.0.113.9".into()), Scheme::Https));
        assert_eq!(through("198.51.100.7:9"), (Some("198.51.100.7".into()), Scheme::Http));
    }

    #[test]
    fn without_a_header_that_the_host_writes_nothing_is_known() {
        let headers = [("x-forwarded-for".to_owned(), b"203.0.113.9".to_vec())];
        assert_eq!(of(&headers, true, &settings(None)), (None, Scheme::Https));
        assert_eq!(caller(&[("spin-client-addr", "nonsense")]), (None, Scheme::Http));
    }
}
