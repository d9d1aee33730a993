//! Whether a name is this machine's own: what goes there crosses no network.

use std::net::IpAddr;
use url::Host;

/// `localhost`, or a loopback address; IPv6 with or without brackets. No name is looked up.
pub fn is_loopback(host: &str) -> bool {
    let is_own = |address: IpAddr| address.is_loopback();
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => is_own(address.into()),
        Ok(Host::Ipv6(address)) => is_own(address.into()),
        Err(_) => host.parse().is_ok_and(is_own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_crosses_no_network_is_loopback() {
        for (host, is_own) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("[::1]", true),
            ("::1", true),
            ("localhost.example", false),
            ("10.0.0.1", false),
            ("::2", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), is_own, "{host}");
        }
    }
}
