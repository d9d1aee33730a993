//! Addresses, as this machine reaches them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// An address that the server listens on: where it is any address of this machine, the loopback one.
pub fn reached_at(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let is_v4 = address.is_ipv4();
        address.set_ip(if is_v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}
