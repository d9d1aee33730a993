//! The challenge cookie: what a browser has asked for.

use super::{Keyring, Purpose, mac, opaque_token::BrowserSecret};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;

/// How many of its latest requests a browser remembers. It must not forget a mail that was sent when its user asks again and again: of those requests,
/// two an hour are mailed.
const MOST: usize = 8;

/// What a browser asks for, where its cookie tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AskedFor {
    /// A page was opened: a form that is sent twice is to have one outcome.
    Page,
    /// An account.
    Registration,
    /// A mail that signs in.
    MagicLink,
}

/// What a request was about: what was asked for, and for which address. Also of one whose mail was dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct About([u8; LENGTH]);

/// The first byte says what was asked for; the others are of a MAC of the address.
const LENGTH: usize = 6;

/// The latest requests of a browser, the newest first: one at least. Each has a secret of its own, so that whoever planted the cookie of a browser has no
/// part in what it asks for afterwards.
pub struct ChallengeCookie(Vec<(About, BrowserSecret)>);

impl AskedFor {
    const fn byte(self) -> u8 {
        match self {
            Self::Page => 0,
            Self::Registration => 1,
            Self::MagicLink => 2,
        }
    }

    /// The same for an address, in its normal form.
    #[must_use]
    pub fn about(self, keyring: &Keyring, address: &str) -> About {
        let mac = mac::mac(keyring, Purpose::AskedFor, &[address.as_bytes()]);
        let [.., a, b, c, d, e] = mac.last_chunk::<5>().copied().unwrap_or_default();
        About([self.byte(), a, b, c, d, e])
    }
}

impl ChallengeCookie {
    /// The cookie after another request.
    #[must_use]
    pub fn after(before: Option<Self>, about: About) -> Self {
        let before = before.map(|before| before.0).unwrap_or_default();
        Self(std::iter::once((about, BrowserSecret::random())).chain(before).take(MOST).collect())
    }

    /// As a client sent it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let request = |text: &str| {
            let (about, secret) = text.split_at_checked(LENGTH / 3 * 4)?;
            let mut bytes = [0; LENGTH];
            let decoded = URL_SAFE_NO_PAD.decode_slice(about, &mut bytes);
            (decoded == Ok(LENGTH)).then_some(())?;
            Some((About(bytes), BrowserSecret::parse(secret)?))
        };
        let requests: Option<Vec<_>> = text.split('.').take(MOST + 1).map(request).collect();
        requests.filter(|requests| requests.len() <= MOST).map(Self)
    }

    /// For the browser, and nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        let requests = self.0.iter();
        let requests = requests.map(|(about, secret)| URL_SAFE_NO_PAD.encode(about.0) + &secret.expose());
        requests.collect::<Vec<_>>().join(".")
    }

    /// What is stored of the newest request.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.0.first().map(|(_, secret)| secret.hash()).unwrap_or_default()
    }

    /// What is stored of the newest request about this.
    #[must_use]
    pub fn newest_about(&self, about: About) -> Option<[u8; 32]> {
        self.0.iter().find(|(of, _)| *of == about).map(|(_, secret)| secret.hash())
    }

    /// What is stored of the requests for this that are about the same address as the newest of them; the last one repeats. What was asked for
    /// another address before is over, whether or not the newest was granted.
    #[must_use]
    pub fn newest_of(&self, asked_for: AskedFor) -> [[u8; 32]; MOST] {
        let newest =
            self.0.iter().map(|(about, _)| *about).find(|about| about.0.first() == Some(&asked_for.byte()));
        let mut hashes =
            self.0.iter().filter(|(about, _)| Some(*about) == newest).map(|(_, secret)| secret.hash());
        let mut last = [0; 32];
        std::array::from_fn(|_| {
            last = hashes.next().unwrap_or(last);
            last
        })
    }

    /// Whether what is stored is of one of the requests.
    #[must_use]
    pub fn is_of(&self, stored: &[u8]) -> bool {
        self.0.iter().any(|(_, secret)| secret.hash()[..].ct_eq(stored).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: About = About([2, 1, 1, 1, 1, 1]);
    const BOB: About = About([2, 2, 2, 2, 2, 2]);
    const REGISTERED: About = About([1, 1, 1, 1, 1, 1]);

    fn cookie(requests: &[(About, u8)]) -> ChallengeCookie {
        let secret = |byte: u8| BrowserSecret::parse(&URL_SAFE_NO_PAD.encode([byte; 32])).unwrap();
        ChallengeCookie(requests.iter().map(|(about, byte)| (*about, secret(*byte))).collect())
    }

    #[test]
    fn a_cookie_has_one_to_eight_requests() {
        let one = "A".repeat(51);
        for (text, is_one) in [
            (one.clone(), true),
            ([one.as_str(); 8].join("."), true),
            ([one.as_str(); 9].join("."), false),
            (String::new(), false),
            (format!("{one}."), false),
            (format!(".{one}"), false),
            ("A".repeat(50), false),
            ("é".repeat(51), false),
        ] {
            let parsed = ChallengeCookie::parse(&text);
            assert_eq!(parsed.map(|cookie| cookie.expose()), is_one.then_some(text.clone()), "{text}");
        }
    }

    #[test]
    fn another_address_ends_what_was_asked_for_before() {
        let hash = |byte: u8| cookie(&[(ADA, byte)]).hash();
        let asked = cookie(&[(ADA, 4), (REGISTERED, 3), (ADA, 2), (BOB, 1)]);
        let newest = asked.newest_of(AskedFor::MagicLink);
        assert_eq!((newest[0], newest[1], newest[7]), (hash(4), hash(2), hash(2)));
        assert_eq!(asked.newest_of(AskedFor::Page), [[0; 32]; MOST]);
        assert_eq!(asked.newest_about(REGISTERED), Some(hash(3)));
        assert_eq!(asked.newest_about(BOB), Some(hash(1)));
        assert!(asked.is_of(&hash(1)) && !asked.is_of(&hash(5)));
    }
}
