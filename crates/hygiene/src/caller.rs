use crate::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of the caller of a request, as far as whoever terminates HTTP can vouch for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Caller {
    /// The client's address. None where a proxy does not tell it.
    pub address: Option<IpAddr>,
    /// How the client reached the service.
    pub scheme: Scheme,
    /// The id that a trusted proxy gave to the request.
    pub request_id: Option<HeaderValue>,
}

impl Caller {
    /// Headers count only when the socket's other end is a configured proxy: anybody can send them.
    #[must_use]
    pub fn of(socket: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpNet]) -> Self {
        let socket = socket.and_then(canonical);
        let trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(&address));
        if !socket.is_some_and(trusted) {
            return Self { address: socket, scheme: Scheme::Http, request_id: None };
        }
        let hops = elements(headers, &FORWARDED_FOR);
        // The rightmost hop that is no trusted proxy: what stands left of it, the client may have written itself. Where all of them are
        // ours, the farthest.
        let strangers = hops.iter().rev().position(|hop| !parse_hop(hop).is_some_and(trusted));
        let depth = strangers.unwrap_or(hops.len().saturating_sub(1));
        Self {
            // A hop that is no address is none.
            address: nth_from_end(&hops, depth).map_or(socket, parse_hop),
            scheme: scheme(&elements(headers, &FORWARDED_PROTO), hops.len(), depth),
            request_id: headers.get(REQUEST_ID).filter(|id| is_well_formed(id)).cloned(),
        }
    }
}

/// The elements of a list header, those that are empty left out (RFC 9110 §5.6.1).
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    let lines = headers.get_all(name).iter();
    let elements = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    elements.map(<[u8]>::trim_ascii).filter(|element| !element.is_empty()).collect()
}

fn nth_from_end<'a>(elements: &[&'a [u8]], n: usize) -> Option<&'a [u8]> {
    elements.iter().rev().nth(n).copied()
}

/// An address, with or without a port; the zone (RFC 4007 §11) means something on the hop alone.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?;
    let hop = match hop.split_once('%') {
        Some((address, rest)) => {
            let behind = rest.find(']').and_then(|end| rest.get(end..)).unwrap_or_default();
            Cow::Owned([address, behind].concat())
        }
        None => Cow::Borrowed(hop),
    };
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(&hop);
    let address = bare.parse().or_else(|_| hop.parse().map(|with_port: SocketAddr| with_port.ip()));
    address.ok().and_then(canonical)
}

/// One spelling for each address: IPv4-mapped IPv6 is IPv4. The unspecified address is none.
fn canonical(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    (!address.is_unspecified()).then_some(address)
}

/// How the client came to the proxy that names it, where each proxy has appended to both lists. Otherwise, what the nearest proxy says:
/// elements farther left may be the client's own.
fn scheme(told: &[&[u8]], hops: usize, depth: usize) -> Scheme {
    let told = nth_from_end(told, if told.len() == hops { depth } else { 0 });
    if told.is_some_and(|told| told.eq_ignore_ascii_case(b"https")) { Scheme::Https } else { Scheme::Http }
}

/// 1 to 64 visible ASCII characters (`exchange.request.id`).
fn is_well_formed(id: &HeaderValue) -> bool {
    (1..=64).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(socket: &str, headers: &[(&'static str, &'static str)]) -> Caller {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"].map(|net| net.parse().expect("a network"));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Caller::of(Some(socket.parse().expect("an address")), &map, &proxies)
    }

    fn address(socket: &str, forwarded: &'static str) -> Option<String> {
        caller(socket, &[("x-forwarded-for", forwarded)]).address.map(|address| address.to_string())
    }

    #[test]
    fn a_stranger_says_nothing_of_itself() {
        let headers =
            [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"), ("x-request-id", "mine")];
        let expected = Caller {
            address: Some("198.51.100.7".parse().expect("an address")),
            scheme: Scheme::Http,
            request_id: None,
        };
        assert_eq!(caller("198.51.100.7", &headers), expected);
    }

    #[test]
    fn the_rightmost_stranger_is_the_client() {
        assert_eq!(address("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.2.3.4").as_deref(), Some("203.0.113.9"));
        assert_eq!(address("10.0.0.1", "203.0.113.9:4711").as_deref(), Some("203.0.113.9"));
        assert_eq!(address("10.0.0.1", "[2a00::1]:443").as_deref(), Some("2a00::1"));
        assert_eq!(address("10.0.0.1", "2a00::1").as_deref(), Some("2a00::1"));
    }

    #[test]
    fn several_lines_are_one_list() {
        let headers = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9, 10.0.0.9")];
        let address = caller("10.0.0.1", &headers).address.map(|address| address.to_string());
        assert_eq!(address.as_deref(), Some("203.0.113.9"));
    }

    #[test]
    fn a_hop_that_is_no_address_ends_the_search() {
        assert_eq!(address("10.0.0.1", "203.0.113.9, unknown"), None);
        assert_eq!(address("10.0.0.1", "203.0.113.9, 10.2.3.4, unknown, 10.2.3.4"), None);
    }

    #[test]
    fn empty_elements_of_a_list_are_none() {
        assert_eq!(address("10.0.0.1", "203.0.113.9, ").as_deref(), Some("203.0.113.9"));
        assert_eq!(address("10.0.0.1", ",,203.0.113.9,,10.2.3.4,").as_deref(), Some("203.0.113.9"));
        assert_eq!(address("10.0.0.1", " , ").as_deref(), Some("10.0.0.1"), "as if it were not there");
    }

    #[test]
    fn a_zone_is_no_part_of_an_address() {
        assert_eq!(address("10.0.0.1", "fe80::1%eth0").as_deref(), Some("fe80::1"));
        assert_eq!(address("10.0.0.1", "[fe80::1%25eth0]").as_deref(), Some("fe80::1"));
        assert_eq!(address("10.0.0.1", "[fe80::1%eth0]:443").as_deref(), Some("fe80::1"));
    }

    #[test]
    fn where_all_hops_are_ours_the_farthest_is_the_client() {
        assert_eq!(address("10.0.0.1", "10.9.9.9, 10.2.3.4").as_deref(), Some("10.9.9.9"));
    }

    #[test]
    fn mapped_addresses_are_ipv4_and_the_unspecified_is_none() {
        assert_eq!(address("::ffff:198.51.100.7", "1.1.1.1").as_deref(), Some("198.51.100.7"));
        assert_eq!(address("::ffff:10.0.0.1", "::ffff:203.0.113.9").as_deref(), Some("203.0.113.9"));
        assert_eq!(caller("0.0.0.0", &[]).address, None);
    }

    #[test]
    fn the_nearest_proxy_tells_the_scheme() {
        assert_eq!(caller("10.0.0.1", &[("x-forwarded-proto", "http, HTTPS")]).scheme, Scheme::Https);
        assert_eq!(caller("10.0.0.1", &[("x-forwarded-proto", "https, http")]).scheme, Scheme::Http);
        assert_eq!(caller("10.0.0.1", &[("x-forwarded-proto", "https, ")]).scheme, Scheme::Https);
        assert_eq!(caller("10.0.0.1", &[]).scheme, Scheme::Http);
    }

    #[test]
    fn the_scheme_is_that_of_the_hop_that_names_the_client() {
        let scheme = |hops, schemes| {
            caller("10.0.0.1", &[("x-forwarded-for", hops), ("x-forwarded-proto", schemes)]).scheme
        };
        // TLS ends at the first of two proxies; the second is reached in the clear.
        assert_eq!(scheme("203.0.113.9, 10.2.3.4", "https,http"), Scheme::Https);
        assert_eq!(scheme("203.0.113.9, 10.2.3.4", "http,https"), Scheme::Http);
        // What the client itself has written stands farther left.
        assert_eq!(scheme("1.1.1.1, 203.0.113.9", "https,http"), Scheme::Http);
        assert_eq!(scheme("1.1.1.1, 203.0.113.9, 10.2.3.4", "https,http,http"), Scheme::Http);
        // The outer proxy appends to both, the inner one to one: the client wrote the rest.
        assert_eq!(scheme("203.0.113.9, 10.2.3.4", "https,http,http"), Scheme::Http);
        assert_eq!(scheme("1.1.1.1, 203.0.113.9, 10.2.3.4", "https,http"), Scheme::Http);
        // A proxy that writes one list anew.
        assert_eq!(scheme("203.0.113.9, 10.2.3.4", "https"), Scheme::Https);
        assert_eq!(scheme("10.9.9.9, 10.2.3.4", "https,http"), Scheme::Https, "all of them are ours");
    }

    #[test]
    fn ids_of_proxies_are_kept_when_well_formed() {
        let id = |id| caller("10.0.0.1", &[("x-request-id", id)]).request_id.is_some();
        assert!(id("0190-abc"));
        assert!(!id(""));
        assert!(!id("two words"));
        assert!(!id("0123456789012345678901234567890123456789012345678901234567890123-"));
    }
}
