use std::{
    fmt::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
};

/// How a client reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

/// A web origin (RFC 6454) in the form in which browsers send it: `scheme://host`, and `:port` where it is not
/// the scheme's own. So comparing origins is comparing bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// The schemes of apps that bring a browser of their own, and of browsers' extensions. A list, since a misspelt `https` would be one.
const OF_APPS: [&str; 7] =
    ["app", "capacitor", "chrome-extension", "ionic", "moz-extension", "safari-web-extension", "tauri"];

/// Why a text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOrigin {
    /// It does not start with `http://`, `https://`, or the scheme of an app such as `capacitor://`.
    #[error(
        "an origin starts with http:// or https:// (or app, capacitor, chrome-extension, ionic, moz-extension, safari-web-extension or tauri)"
    )]
    Scheme,
    /// The host is missing, or is neither a name in ASCII (`xn--…` for others) nor an address. Wildcards are
    /// not hosts.
    #[error("an origin names one host, in ASCII and without wildcards")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("the port of an origin is a number from 1 to 65535")]
    Port,
    /// Something follows, if only a slash; or a user name comes before the host.
    #[error("an origin is scheme://host[:port], without user, path, query or a slash at the end")]
    Surplus,
}

impl Origin {
    /// Reads `scheme://host[:port]` and nothing more, in any case.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for an operator.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(InvalidOrigin::Scheme)?;
        let default_port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            scheme if OF_APPS.contains(&scheme) => None,
            _ => return Err(InvalidOrigin::Scheme),
        };
        if authority.contains(['/', '\\', '?', '#', '@']) {
            return Err(InvalidOrigin::Surplus);
        }
        let (host, port) = split_port(authority)?;
        let host = canonical_host(host).ok_or(InvalidOrigin::Host)?;
        Ok(Self(match port {
            Some(port) if Some(port) != default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }

    /// An origin as an operator may write it, without the slash at its end: that one is forgiven.
    #[must_use]
    pub fn without_slash(text: &str) -> &str {
        text.strip_suffix('/').unwrap_or(text)
    }

    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a web page's: of `http` or `https`.
    #[must_use]
    pub fn is_of_the_web(&self) -> bool {
        self.0.starts_with("http://") || self.0.starts_with("https://")
    }

    /// Its host: a name, an IPv4 address, or an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let (_, authority) = self.0.split_once("://").unwrap_or_default();
        // What follows the last colon is a port unless that colon is inside the brackets.
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        }
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), InvalidOrigin> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => return Ok((authority, None)),
    };
    // u16's own parser takes a sign.
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if is_number && port > 0 => Ok((host, Some(port))),
        _ => Err(InvalidOrigin::Port),
    }
}

/// The host as the URL standard would write it, for the hosts that browsers send in an origin.
fn canonical_host(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[') {
        return Some(format!("[{}]", canonical_ipv6(address.strip_suffix(']')?.parse().ok()?)));
    }
    let labels_are_valid = host.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    });
    if !labels_are_valid || host.len() > 253 {
        return None;
    }
    // A name whose last label is a number is read as an address, in notations that only confuse.
    let last = host.rsplit('.').next()?;
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    if is_number {
        return Some(host.parse::<Ipv4Addr>().ok()?.to_string());
    }
    Some(host.to_owned())
}

/// As RFC 5952 writes it, except that IPv4-mapped addresses stay hexadecimal: so the URL standard has it.
fn canonical_ipv6(address: Ipv6Addr) -> String {
    let Some(_) = address.to_ipv4_mapped() else { return address.to_string() };
    let [.., high, low] = address.segments();
    let mut text = String::from("::ffff:");
    let _ = write!(text, "{high:x}:{low:x}");
    text
}
