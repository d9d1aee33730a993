//! The address that clients know the service by.

use mana_auth_hygiene::Origin;

/// Scheme, host and port, without a path: `https://auth.example.com`.
#[derive(Clone)]
pub struct PublicUrl {
    origin: Origin,
    /// The same by the other names of this machine, where it is one of them: a developer's browser uses any.
    others: Vec<Origin>,
}

/// The names of this machine itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl PublicUrl {
    /// Parses an origin; one trailing slash is forgiven.
    ///
    /// # Errors
    ///
    /// What would be right, in words for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let origin = Origin::parse(Origin::without_slash(text)).ok().filter(Origin::is_of_the_web);
        let problem = "must be an address without a path, such as https://auth.example.com";
        let origin = origin.ok_or_else(|| problem.to_owned())?;
        let others: Vec<_> = if LOOPBACK.contains(&origin.host()) {
            let named = |name: &&str| Origin::parse(&origin.as_str().replacen(origin.host(), name, 1)).ok();
            LOOPBACK.iter().filter(|name| **name != origin.host()).filter_map(named).collect()
        } else {
            Vec::new()
        };
        Ok(Self { others, origin })
    }

    /// Without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.origin.as_str()
    }

    /// As an origin.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Every origin that is ours.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        std::iter::once(&self.origin).chain(&self.others)
    }

    /// Whether clients come over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.as_str().starts_with("https://")
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.as_str().split_once("://").map_or("", |(_, rest)| rest);
        rest.rsplit_once(':').map_or(rest, |(host, port)| if port.contains(']') { rest } else { host })
    }

    /// The domains that a cookie of ours may have been shared in: our host and its parents, down to two labels (a browser
    /// refuses those that are public suffixes). At most eight; none where the host is an address or a single label.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        const MOST: usize = 8;
        let name = Some(self.host()).filter(|_| !self.is_address());
        let domains = std::iter::successors(name, |domain| domain.split_once('.').map(|(_, parent)| parent));
        domains.filter(|domain| domain.contains('.')).take(MOST)
    }

    fn is_address(&self) -> bool {
        self.host().starts_with('[') || self.host().parse::<std::net::Ipv4Addr>().is_ok()
    }

    /// A domain that cookies may be shared in: our host, or a parent of it (RFC 6265 §5.1.3).
    pub(super) fn cookie_domain(&self, domain: &str) -> Result<String, String> {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let within = self.host() == domain || self.host().ends_with(&format!(".{domain}"));
        if !self.is_https() || self.is_address() || !within || !domain.contains('.') {
            return Err(
                "must be the host of public_url or a parent domain of it, over https and no address".into()
            );
        }
        Ok(domain)
    }
}
