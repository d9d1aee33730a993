//! Where the auth service is.

use url::{Host, Url};

/// The address of an auth service: `https://`, or `http://` on this very machine. Tokens go there and keys come
/// from there, so there must be nobody in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

/// Why something is no address of an auth service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It is no URL, or has a user, a query or a fragment.
    #[error("it must be an https:// URL without user, query or fragment")]
    Form,
    /// Whoever is on the way could read tokens and replace keys.
    #[error("without https://, the auth service must be on this machine (127.0.0.1, [::1] or localhost)")]
    Insecure,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`].
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let url = Url::parse(text).map_err(|_| InvalidAddress::Form)?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        match (url.scheme(), url.host()) {
            ("https" | "http", Some(_)) if !is_bare => Err(InvalidAddress::Form),
            ("https", Some(_)) => Ok(Self(url)),
            ("http", Some(host)) if is_here(&host) => Ok(Self(url)),
            ("http", Some(_)) => Err(InvalidAddress::Insecure),
            _ => Err(InvalidAddress::Form),
        }
    }

    /// The URL of a path of the service.
    pub(crate) fn at(&self, path: &str) -> String {
        [self.0.as_str().trim_end_matches('/'), path].concat()
    }
}

fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_goes_over_a_network_in_the_clear() {
        for (text, expected) in [
            ("https://auth.example", None),
            ("https://auth.example/base/", None),
            ("http://127.0.0.1:3001", None),
            ("http://127.9.9.9", None),
            ("http://[::1]:3001", None),
            ("http://LOCALHOST:3001", None),
            ("http://auth.example", Some(InvalidAddress::Insecure)),
            ("http://10.0.0.1", Some(InvalidAddress::Insecure)),
            ("http://localhost.example", Some(InvalidAddress::Insecure)),
            ("http://127.0.0.1.example", Some(InvalidAddress::Insecure)),
            ("http://127.0.0.1@auth.example", Some(InvalidAddress::Form)),
            ("https://ada:x@auth.example", Some(InvalidAddress::Form)),
            ("https://auth.example/?x", Some(InvalidAddress::Form)),
            ("https://auth.example/#x", Some(InvalidAddress::Form)),
            ("file:///etc/passwd", Some(InvalidAddress::Form)),
            ("auth.example", Some(InvalidAddress::Form)),
            ("", Some(InvalidAddress::Form)),
        ] {
            assert_eq!(Address::parse(text).err(), expected, "{text}");
        }
    }

    #[test]
    fn paths_are_appended() {
        let at = |text| Address::parse(text).expect("an address").at("/x");
        assert_eq!(at("https://auth.example"), "https://auth.example/x");
        assert_eq!(at("https://auth.example/base/"), "https://auth.example/base/x");
    }
}
