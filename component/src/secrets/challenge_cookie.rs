//! The challenge cookie: what a browser has asked for.

use super::opaque_token::BrowserSecret;
use subtle::ConstantTimeEq as _;

/// How many of its latest requests a browser remembers. An address has two mails an hour by a stranger's browser: who asks again and again, because
/// none comes, shall not forget what was mailed.
const MOST: usize = 8;

/// The secrets of the latest requests of a browser, the newest first: one at least. Each request has a secret of its own, so that whoever planted
/// the cookie of a browser has no part in what it asks for afterwards.
pub struct ChallengeCookie(Vec<BrowserSecret>);

impl ChallengeCookie {
    /// The cookie after another request.
    #[must_use]
    pub fn after(before: Option<Self>) -> Self {
        let before = before.map(|before| before.0).unwrap_or_default();
        Self(std::iter::once(BrowserSecret::random()).chain(before).take(MOST).collect())
    }

    /// As a client sent it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let secrets: Option<Vec<_>> = text.split('.').take(MOST + 1).map(BrowserSecret::parse).collect();
        secrets.filter(|secrets| secrets.len() <= MOST).map(Self)
    }

    /// For the browser, and nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        self.0.iter().map(BrowserSecret::expose).collect::<Vec<_>>().join(".")
    }

    /// What is stored of the newest request.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hashes()[0]
    }

    /// What is stored of each, the newest first; the last one repeats.
    #[must_use]
    pub fn hashes(&self) -> [[u8; 32]; MOST] {
        let mut hashes = self.0.iter().map(BrowserSecret::hash);
        let mut last = [0; 32];
        std::array::from_fn(|_| {
            last = hashes.next().unwrap_or(last);
            last
        })
    }

    /// Whether what is stored is of one of them.
    #[must_use]
    pub fn is_of(&self, stored: &[u8]) -> bool {
        self.hashes().iter().any(|hash| hash[..].ct_eq(stored).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_has_one_to_eight_secrets() {
        let one = "A".repeat(43);
        for (text, is_one) in [
            (one.clone(), true),
            ([one.as_str(); 8].join("."), true),
            ([one.as_str(); 9].join("."), false),
            (String::new(), false),
            (format!("{one}."), false),
            (format!(".{one}"), false),
            ("A".repeat(42), false),
        ] {
            let parsed = ChallengeCookie::parse(&text);
            assert_eq!(parsed.map(|cookie| cookie.expose()), is_one.then_some(text.clone()), "{text}");
        }
    }
}
