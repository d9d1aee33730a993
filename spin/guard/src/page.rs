//! The pages to sign in and to step up, and the way back.

use crate::path::Path;
use http::HeaderValue;
use mana_auth_hygiene::Origin;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The address of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page(String);

/// Why something is no address of a page, in words for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page is /path on the same host, or http(s)://host/path, without a query")]
pub struct InvalidPage;

/// The longest way back, escaped. Whoever came from further starts anew: servers take some 8 KiB in a line.
const RETURN: usize = 2048;

impl Page {
    /// Reads a path, or an address with a scheme.
    ///
    /// # Errors
    ///
    /// Where it is neither, or carries more than a path.
    pub fn parse(text: &str) -> Result<Self, InvalidPage> {
        let path = match text.split_once("://") {
            None => text.to_owned(),
            Some((scheme, rest)) => {
                let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                Origin::parse(&format!("{scheme}://{authority}")).map_err(|_| InvalidPage)?;
                format!("/{path}")
            }
        };
        let is_plain = !path.contains('?') && Path::of(&path).is_some();
        if is_plain { Ok(Self(text.to_owned())) } else { Err(InvalidPage) }
    }

    /// Where to send a browser that asked for `target`. The way back is a path of this host and nothing else: `target`
    /// has a canonical path, and all that follows is escaped.
    #[must_use]
    pub fn location(&self, target: &str) -> HeaderValue {
        let target = if Path::of(target).is_some() { target } else { "/" };
        let back = utf8_percent_encode(target, ESCAPED).to_string();
        let back = if back.len() > RETURN { "/" } else { &back };
        // Visible ASCII always makes a value.
        HeaderValue::try_from(format!("{}?return_to={back}", self.0)).unwrap_or(HeaderValue::from_static("/"))
    }
}

/// What is escaped in a query's value: all but unreserved characters and slashes (RFC 3986 §3.4).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn location(page: &str, target: &str) -> String {
        let location = Page::parse(page).expect(page).location(target);
        location.to_str().expect("text").to_owned()
    }

    #[test]
    fn the_way_back_is_a_path_of_this_host() {
        for (page, target, expected) in [
            ("/login", "/path", "/login?return_to=/path"),
            ("/login", "/path?query", "/login?return_to=/path%3Fquery"),
            (
                "/login",
                "/a?b=c&return_to=https://evil.example",
                "/login?return_to=/a%3Fb%3Dc%26return_to%3Dhttps%3A//evil.example",
            ),
            ("/login", "/caf%C3%A9", "/login?return_to=/caf%25C3%25A9"),
            ("https://auth.example/login", "/x", "https://auth.example/login?return_to=/x"),
            ("https://auth.example", "/x", "https://auth.example?return_to=/x"),
            ("/login", "//evil.example", "/login?return_to=/"),
            ("/login", "/\\evil.example", "/login?return_to=/"),
            ("/login", "https://evil.example", "/login?return_to=/"),
        ] {
            assert_eq!(location(page, target), expected);
        }
        assert_eq!(location("/login", &format!("/{}", "x".repeat(RETURN))), "/login?return_to=/");
    }

    #[test]
    fn addresses_of_no_page_are_refused() {
        for text in [
            "",
            "login",
            "//evil.example",
            "/a?b",
            "/a#b",
            "javascript:alert(1)",
            "ftp://a/b",
            "https://a b/c",
            "https://a/b?c",
            "https://u@a/b",
            "/a\r\nb",
        ] {
            assert_eq!(Page::parse(text), Err(InvalidPage), "{text}");
        }
    }

    proptest! {
        /// Whatever is asked for, what a browser is told to come back to begins with one slash, and can't end the header.
        #[test]
        fn no_redirect_is_open(target in "(/|//|/\\\\|https?:)?[ -~\r\n\u{e9}]{0,40}") {
            let location = location("/login", &target);
            let back = location.strip_prefix("/login?return_to=").expect("the page");
            prop_assert!(back.starts_with('/') && !back.starts_with("//"));
            prop_assert!(back.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
        }
    }
}
