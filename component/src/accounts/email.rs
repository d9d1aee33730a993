//! E-mail addresses in one normal form, so that one mailbox has one account.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Deserializer, Serialize, de};
use unicode_normalization::UnicodeNormalization as _;

/// An address in normal form: NFC, lower case, the domain in its ASCII form (IDNA, UTS #46), without quoting.
///
/// RFC 5321 §2.4 leaves it to the receiving host whether the local part's case matters. No host in use makes it
/// matter, people type it as they please, and two accounts that share a mailbox are a trap: so it doesn't here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// The longest address that fits in a forward path (RFC 5321 §4.5.3.1.3, less the brackets).
const LENGTH: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const LOCAL_LENGTH: usize = 64;
const WRONG: &str = "must be an e-mail address";

impl Email {
    /// Parses an address as people type it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.len() > 4 * LENGTH {
            return Err("must be at most 254 characters");
        }
        let composed: String = text.nfc().collect();
        let (local, domain) = composed.rsplit_once('@').ok_or(WRONG)?;
        // A label of IDNA may not be empty, nor the whole be an address in brackets.
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| WRONG)?;
        let local: String = local.to_lowercase().nfc().collect();
        let address = format!("{local}@{domain}");
        if address.len() > LENGTH || local.len() > LOCAL_LENGTH {
            return Err("must be at most 254 characters");
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(&address, options).map_err(|_| WRONG)?;
        // All of these pass the grammar and serve only to mislead: quotes, characters that can't be seen or that look like
        // several others, and domains that are no names (which is what a password with an @ in it looks like).
        let compatible: String = local.nfkc().collect();
        if local.contains('"') || local != compatible || !ends_in_a_name(&domain) {
            return Err(WRONG);
        }
        if address.chars().any(|c| c.is_control() || c.is_whitespace() || is_invisible(c)) {
            return Err(WRONG);
        }
        Ok(Self(address))
    }

    /// In normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the database holds: parsed when it was written.
    #[must_use]
    pub const fn from_row(text: String) -> Self {
        Self(text)
    }
}

/// Whether a domain's last label is one that a top-level domain can have (RFC 3696 §2).
fn ends_in_a_name(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    last.starts_with("xn--") || (last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Unicode's property `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), which is stable.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(text: &str) -> Option<String> {
        Email::parse(text).ok().map(|email| email.0)
    }

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        for spelling in ["Bob@Example.COM", " bob@example.com ", "BOB@example.com"] {
            assert_eq!(normal(spelling).as_deref(), Some("bob@example.com"), "{spelling}");
        }
        assert_eq!(normal("jose\u{301}@example.com"), normal("jos\u{e9}@example.com"));
        assert_eq!(normal("a@B\u{fc}cher.example").as_deref(), Some("a@xn--bcher-kva.example"));
        assert_eq!(normal("a@xn--bcher-kva.example"), normal("a@b\u{fc}cher.example"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.example.com", vec!["a".repeat(60); 4].join("."));
        for text in [
            "",
            "bob",
            "@example.com",
            "bob@",
            "bob@localhost",
            "bob@[127.0.0.1]",
            "Bob <bob@example.com>",
            "\"a b\"@example.com",
            "bob@exa mple.com",
            "bob@example..com",
            "bob@-example.com",
            "a\u{0}b@example.com",
            "bob@example.com\r\nBcc: all@example.com",
            "a@b@example.com",
            "a@127.0.0.1",
            "P@ssw0rd.2024",
            "a@example.c",
            "vic\u{3164}tim@example.com",
            "vic\u{200b}tim@example.com",
            "\u{ff41}da@example.com",
            &long,
            &longer,
        ] {
            assert_eq!(normal(text), None, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn the_normal_form_is_its_own_normal_form(text in "\\PC{0,12}@\\PC{0,12}\\.[a-zA-Z]{2,5}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email.clone());
                prop_assert!(email.as_str().len() <= LENGTH);
            }
        }
    }
}
