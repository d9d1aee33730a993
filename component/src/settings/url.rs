//! The address that clients know the service by.

use mana_auth_hygiene::Origin;

/// Scheme, host and port, without a path: `https://auth.example.com`.
#[derive(Clone)]
pub struct PublicUrl {
    origin: Origin,
}

impl PublicUrl {
    /// Parses an origin; one trailing slash is forgiven.
    ///
    /// # Errors
    ///
    /// What would be right, in words for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let origin = Origin::parse(Origin::without_slash(text))
            .map_err(|_| "must be an address without a path, such as https://auth.example.com".to_owned())?;
        Ok(Self { origin })
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
        let host = self.host();
        let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        let domains = std::iter::successors((!is_address).then_some(host), |domain| {
            domain.split_once('.').map(|(_, parent)| parent)
        });
        domains.filter(|domain| domain.contains('.')).take(MOST)
    }

    /// A domain that cookies may be shared in: our host, or a parent of it (RFC 6265 §5.1.3).
    pub(super) fn cookie_domain(&self, domain: &str) -> Result<String, String> {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let within = self.host() == domain || self.host().ends_with(&format!(".{domain}"));
        if !self.is_https() || !within || !domain.contains('.') {
            return Err("must be the host of public_url or a parent domain of it, over https".into());
        }
        Ok(domain)
    }
}
