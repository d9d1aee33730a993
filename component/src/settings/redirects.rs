//! Where links in mails may lead, beside our own pages: to pages of apps, which then send the token to the service.
//!
//! What a link leads to gets the token. So an address is taken apart once, by the strict grammar below, and compared by whole parts;
//! what browsers read in two ways is refused, not repaired (OWASP Unvalidated Redirects and Forwards Cheat Sheet).

use mana_auth_hygiene::Origin;
use std::fmt;

/// The addresses that are trusted.
#[derive(Default)]
pub struct Redirects(Vec<Target>);

/// An address: an origin, and a path that begins with a slash.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    origin: Origin,
    path: String,
    /// Without the question mark; empty where there is none.
    query: String,
}

/// In bytes.
const LENGTH: usize = 1024;

impl Target {
    /// Parses an address. It has no user, no fragment, no dot segment, no empty segment but the last, and no character that a
    /// browser would take for another.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LENGTH {
            return None;
        }
        let after_scheme = text.find("://")?.checked_add("://".len())?;
        let path_at = text.get(after_scheme..)?.find(['/', '?']).map(|at| at + after_scheme);
        let (origin, rest) = path_at.map_or(Some((text, "")), |at| text.split_at_checked(at))?;
        let origin = Origin::parse(origin).ok()?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = if path.is_empty() { "/" } else { path };
        (is_path(path) && is_query(query)).then(|| Self {
            origin,
            path: path.to_owned(),
            query: query.to_owned(),
        })
    }

    /// Its origin.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The whole address.
    fn address(&self) -> String {
        let Self { origin, path, query } = self;
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{query}", origin.as_str())
    }

    /// The address with a token in its query.
    #[must_use]
    pub fn with_token(&self, token: &str) -> String {
        let Self { origin, path, query } = self;
        let and = if query.is_empty() { "" } else { "&" };
        format!("{}{path}?{query}{and}token={token}", origin.as_str())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address())
    }
}

/// RFC 3986 §3.3 without percent-encoded slashes, dots and backslashes, which servers read in two ways.
fn is_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte);
    let misleads = ["%2f", "%5c", "%2e", "%00", "//"].iter().any(|part| lower.contains(part));
    let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    path.starts_with('/') && path.bytes().all(is_plain) && is_encoded(path) && !misleads && !has_dots
}

/// RFC 3986 §3.4. A token of the address's own would stand before ours.
fn is_query(query: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte);
    let names_token = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.contains('%') || name.eq_ignore_ascii_case("token")
    };
    query.bytes().all(is_plain) && is_encoded(query) && !query.split('&').any(names_token)
}

/// Whether each percent sign stands before two hexadecimal digits.
fn is_encoded(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

/// Parses the operator's list.
///
/// # Errors
///
/// Which item is wrong.
pub fn parse(items: &[String]) -> Result<Redirects, String> {
    let target = |(index, item): (usize, &String)| {
        let target = Target::parse(item).filter(|target| target.query.is_empty());
        target.ok_or_else(|| {
            format!("item {}: must be an address such as https://app.example/reset", index + 1)
        })
    };
    items.iter().enumerate().map(target).collect::<Result<_, _>>().map(Redirects)
}

impl Redirects {
    /// The first; links lead there where nothing else is asked for and the service has no pages.
    #[must_use]
    pub fn first(&self) -> Option<&Target> {
        self.0.first()
    }

    /// An address that a client asks for, where it is trusted: of the listed ones, or, where none is listed, of one of these origins.
    #[must_use]
    pub fn trusted(&self, text: &str, origins: &[Origin]) -> Option<Target> {
        let target = Target::parse(text)?;
        let is_listed =
            self.0.iter().any(|listed| listed.origin == target.origin && listed.path == target.path);
        let is_of_origin = self.0.is_empty() && origins.contains(&target.origin);
        (is_listed || is_of_origin).then_some(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Vec<Origin> {
        ["https://app.example", "https://app.example:8443", "capacitor://localhost"]
            .map(|origin| Origin::parse(origin).unwrap())
            .to_vec()
    }

    fn is_trusted(redirects: &Redirects, text: &str) -> bool {
        redirects.trusted(text, &origins()).is_some()
    }

    /// What has led elsewhere in other services.
    #[test]
    fn tricks_are_refused() {
        let (any, listed) = (Redirects::default(), parse(&["https://app.example/reset".to_owned()]).unwrap());
        for trick in [
            "https://evil.example/reset",
            "https://app.example.evil.example/reset",
            "https://app.example@evil.example/reset",
            "https://evil.example#@app.example/reset",
            "https://evil.example?https://app.example/reset",
            "https://evil.example\\@app.example/reset",
            "https://app.example\\.evil.example/reset",
            "https:\\\\app.example/reset",
            "https:/app.example/reset",
            "https:app.example/reset",
            "//app.example/reset",
            "///app.example/reset",
            "/reset",
            "reset",
            "",
            "https://",
            "https:///reset",
            "http://app.example/reset",
            "https://app.example:443@evil.example/",
            "https://app.example:8444/reset",
            "https://app.example:/reset",
            "https://app.example:443.evil.example/reset",
            "https://APP.example/reset\u{0}",
            "https://app.example/reset\r\nLocation: https://evil.example",
            "https://app.example/reset\t",
            " https://app.example/reset",
            "https://app.example /reset",
            "https://\u{430}pp.example/reset",
            "https://app.ex\u{430}mple/reset",
            "https://app\u{3002}example/reset",
            "https://app.example\u{2215}.evil.example/reset",
            "https://app.example%2f.evil.example/reset",
            "https://%61pp.example/reset",
            "https://[::1]/reset",
            "https://app.example/reset#token",
            "https://app.example//evil.example/reset",
            "https://app.example/../reset",
            "https://app.example/./reset",
            "https://app.example/%2e%2e/reset",
            "https://app.example/reset%2F..",
            "https://app.example/reset%5c",
            "https://app.example/reset%",
            "https://app.example/reset%zz",
            "https://app.example/reset?token=mine",
            "https://app.example/reset?TOKEN=mine",
            "https://app.example/reset?to%6ben=mine",
            "https://app.example/reset?a=\"b\"",
            "https://app.example/<reset>",
            "javascript://app.example/%0aalert(1)",
            "javascript:alert(1)//https://app.example/reset",
            "data:text/html,https://app.example/reset",
            "https://user:pass@app.example/reset",
            "https://user@app.example/reset",
            &format!("https://app.example/{}", "a".repeat(LENGTH)),
        ] {
            assert!(!is_trusted(&any, trick), "{trick:?}");
            assert!(!is_trusted(&listed, trick), "{trick:?}");
        }
    }

    #[test]
    fn an_address_is_trusted_by_origin_and_path() {
        let any = Redirects::default();
        for good in [
            "https://app.example",
            "https://app.example/",
            "https://app.example/a/b%20c?x=1&y=2",
            "https://app.example:8443/reset",
            "capacitor://localhost/reset",
        ] {
            assert!(is_trusted(&any, good), "{good}");
        }
        let listed =
            parse(&["https://app.example/reset".into(), "https://elsewhere.example/r".into()]).unwrap();
        assert!(is_trusted(&listed, "https://app.example/reset?x=1"));
        assert!(is_trusted(&listed, "https://elsewhere.example/r"));
        for other in [
            "https://app.example/reset/",
            "https://app.example/Reset",
            "https://app.example/",
            "https://app.example/reset/x",
        ] {
            assert!(!is_trusted(&listed, other), "{other}");
        }
        let with_token = |text| any.trusted(text, &origins()).unwrap().with_token("T");
        assert_eq!(with_token("https://app.example"), "https://app.example/?token=T");
        assert_eq!(with_token("https://app.example/r?x=1"), "https://app.example/r?x=1&token=T");
        assert!(parse(&["https://app.example/?x=1".into()]).is_err() && parse(&["/reset".into()]).is_err());
    }
}
