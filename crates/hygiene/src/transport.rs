use crate::Scheme;
use http::{HeaderValue, Method};

/// What becomes of a request where HTTPS is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// It came over HTTPS.
    Proceed,
    /// It is answered with 301 and this `Location`.
    Redirect(HeaderValue),
    /// It is answered with [`Code::HttpsRequired`](crate::Code::HttpsRequired): its body may hold a credential,
    /// which a redirect would have sent a second time.
    Refuse,
}

/// Requires HTTPS. `public_url` is the configured address of the service, `target` the request's path and query
/// as they stood on the wire, which anybody can choose.
#[must_use]
pub fn require_https(scheme: Scheme, method: &Method, public_url: &str, target: &str) -> Transport {
    match scheme {
        Scheme::Https => Transport::Proceed,
        Scheme::Http if [Method::GET, Method::HEAD].contains(method) => {
            let path = if is_origin_form(target) { target } else { "/" };
            let location = [public_url.trim_end_matches('/'), path].concat();
            HeaderValue::try_from(location).map_or(Transport::Refuse, Transport::Redirect)
        }
        Scheme::Http => Transport::Refuse,
    }
}

/// Whether a target starts with a slash (RFC 9112 §3.2.1), so that it can't go on with the host that it is put
/// behind (`.evil.example`, `@evil.example`, `:1@…`), and has no character that a reader of URLs would drop.
fn is_origin_form(target: &str) -> bool {
    target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}
