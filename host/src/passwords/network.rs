use std::net::IpAddr;

/// A network that hashes are computed for, and the wider ones that it lies in.
///
/// Whoever has one network of IPv6 has more: a customer is given a /56 or a /48, so that fairness among /64s alone would be fairness
/// among 65,536 places of one house. Of IPv4, neighbours in a /24 are often of one hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Network(Vec<Prefix>);

/// Where networks lie: an address without its last bits, and how many bits are left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Prefix {
    V4(u32, u32),
    V6(u64, u32),
    /// What is no address, by its name.
    Named(String),
    /// Everyone whose network is not known.
    Unknown,
}

impl Network {
    /// A network as the component names it: an IPv4 address, or an IPv6 /64.
    pub(super) fn parse(name: Option<&str>) -> Self {
        let Some(name) = name else { return Self(vec![Prefix::Unknown]) };
        let prefixes = match name.strip_suffix("/64").unwrap_or(name).parse() {
            Ok(IpAddr::V4(address)) => {
                [24, 32].map(|bits| Prefix::V4(address.to_bits() & (u32::MAX << (32 - bits)), bits)).to_vec()
            }
            Ok(IpAddr::V6(address)) => {
                let network = u64::try_from(address.to_bits() >> 64).unwrap_or(0);
                [48, 56, 64].map(|bits| Prefix::V6(network & (u64::MAX << (64 - bits)), bits)).to_vec()
            }
            Err(_) => vec![Prefix::Named(name.to_owned())],
        };
        Self(prefixes)
    }

    /// It and what it lies in, the widest first. As many for all that lie in the same.
    pub(super) fn prefixes(&self) -> &[Prefix] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(one: &str, other: &str) -> usize {
        let (one, other) = (Network::parse(Some(one)), Network::parse(Some(other)));
        one.prefixes().iter().zip(other.prefixes()).take_while(|(a, b)| a == b).count()
    }

    #[test]
    fn neighbours_share_what_they_lie_in() {
        assert_eq!(shared("2001:db8:1:100::/64", "2001:db8:1:100::/64"), 3);
        assert_eq!(shared("2001:db8:1:100::/64", "2001:db8:1:1ff::/64"), 2);
        assert_eq!(shared("2001:db8:1:100::/64", "2001:db8:1:200::/64"), 1);
        assert_eq!(shared("2001:db8:1:100::/64", "2001:db8:2:100::/64"), 0);
        assert_eq!(shared("192.0.2.1", "192.0.2.200"), 1);
        assert_eq!(shared("192.0.2.1", "192.0.3.1"), 0);
        assert_eq!(shared("an embedder's own", "another"), 0);
    }
}
