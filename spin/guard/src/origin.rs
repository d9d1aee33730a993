//! Whose page makes a request: the rule of the auth service itself (OWASP CSRF cheat sheet, "verifying origin").

use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
use mana_auth_hygiene::Origin;

/// Whether a method promises to change nothing (RFC 9110 §9.2.1).
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a change of state that a cookie authorizes comes from a page that may ask for it: the browser must say
/// that it is the app's own or that of a trusted origin. `same-site` doesn't do: a sibling domain may be someone else's.
#[must_use]
pub fn is_ours(headers: &HeaderMap, trusted: &[Origin]) -> bool {
    let is_same = only(headers, "sec-fetch-site").map(HeaderValue::as_bytes) == Some(b"same-origin");
    let origin = only(headers, ORIGIN.as_str()).map(HeaderValue::as_bytes);
    is_same || trusted.iter().any(|trusted| origin == Some(trusted.as_str().as_bytes()))
}

/// A header that is there once. Browsers send these so; of two, one is not theirs.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let field = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        fields.iter().map(field).collect()
    }

    #[test]
    fn only_our_own_pages_and_trusted_origins_may_change_something() {
        let trusted = [Origin::parse("https://app.example").expect("an origin")];
        for (fields, ours) in [
            (vec![], false),
            (vec![("origin", "https://app.example")], true),
            (vec![("origin", "https://app.example:444")], false),
            (vec![("origin", "http://app.example")], false),
            (vec![("origin", "https://app.example.evil")], false),
            (vec![("origin", "https://app.example/")], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "https://app.example"), ("origin", "https://evil.example")], false),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (vec![("referer", "https://app.example/"), ("host", "app.example")], false),
        ] {
            assert_eq!(is_ours(&headers(&fields), &trusted), ours, "{fields:?}");
        }
    }

    #[test]
    fn unknown_methods_are_not_safe() {
        for (method, safe) in [
            ("GET", true),
            ("HEAD", true),
            ("OPTIONS", true),
            ("POST", false),
            ("BREW", false),
            ("get", false),
        ] {
            assert_eq!(is_safe(&method.parse().expect("a method")), safe, "{method}");
        }
    }
}
