//! E-mail addresses in one normal form, so that one mailbox has one account.

use crate::text;
use unicode_normalization::UnicodeNormalization as _;

/// An address in normal form: the local part in NFC and lower case, with one small sigma for each place, the domain in its ASCII form
/// (IDNA, UTS #46).
///
/// The local part is a dot-atom (RFC 5322 §3.2.3) of the words of any script (RFC 6531 §3.3): letters, marks and numbers. What
/// serves only to mislead is refused: quoted strings, characters that can't be seen, and those that NFKC takes for others.
///
/// RFC 5321 §2.4 leaves it to the receiving host whether the local part's case matters. No host in use makes it
/// matter, people type it as they please, and two accounts that share a mailbox are a trap: so it doesn't here.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        let local: String = one_sigma(&local.to_lowercase()).nfc().collect();
        let address = format!("{local}@{domain}");
        if local.len() > LOCAL_LENGTH {
            return Err("must have at most 64 bytes before the @");
        }
        if address.len() > LENGTH {
            return Err("must be at most 254 characters");
        }
        // Vowels and letters of Thai and Lao that are written in one, which NFKC takes apart.
        let simple: String =
            local.chars().filter(|c| !matches!(c, '\u{e33}' | '\u{eb3}' | '\u{edc}' | '\u{edd}')).collect();
        let compatible: String = simple.nfkc().collect();
        // A domain that is no name is what a password with an @ in it looks like.
        if !is_dot_atom(&local) || simple != compatible || !is_name(&domain) {
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

/// Small sigma has two forms, of which people type either and capitals have none: the final one at the end of a word, and the other
/// everywhere else.
fn one_sigma(text: &str) -> String {
    let is_sigma = |c: char| matches!(c, 'σ' | 'ς');
    let mut before = None;
    let mut chars = text.chars().peekable();
    let mut folded = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let is_last =
            before.is_some_and(text::is_of_words) && !chars.peek().is_some_and(|c| text::is_of_words(*c));
        folded.push(match c {
            c if !is_sigma(c) => c,
            _ if is_last => 'ς',
            _ => 'σ',
        });
        before = Some(c);
    }
    folded
}

/// RFC 5322 §3.2.3, with the words of every script for the letters of ASCII.
fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| {
        let chars: Vec<char> = atom.chars().collect();
        let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        !chars.is_empty() && text::spots(&chars).all(|spot| is_atext(spot.character) || spot.is_of_word())
    })
}

/// Whether a domain has several labels and the last is one that a top-level domain can have (RFC 3696 §2).
fn is_name(domain: &str) -> bool {
    let Some((_, last)) = domain.rsplit_once('.') else { return false };
    last.starts_with("xn--") || (last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
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
    fn every_sigma_of_an_address_is_one() {
        for (spellings, form) in [
            (&["ΟΔΥΣΣΕΥΣ", "οδυσσευς", "οδυσσευσ", "Οδυςςευς"][..], "οδυσσευς"),
            (&["ΟΔΥΣΣΕΥΣ.ΠΑΠΠΑΣ", "οδυσσευς.παππας", "οδυσσευσ.παππασ"], "οδυσσευς.παππας"),
            (&["ΝΙΚΟΣ+ΣΠΙΤΙ", "νικοσ+ςπιτι"], "νικος+σπιτι"),
            (&["ΝΙΚΟΣ2", "νικος2", "νικοσ2"], "νικοσ2"),
            (&["Σ", "σ", "ς"], "σ"),
        ] {
            for spelling in spellings {
                let address = normal(&format!("{spelling}@example.com"));
                assert_eq!(address, Some(format!("{form}@example.com")), "{spelling}");
            }
        }
    }

    #[test]
    fn a_local_part_is_made_of_the_words_of_any_script() {
        for (script, local) in [
            ("Arabic with vowels", "مُحَمَّد"),
            ("Bengali", "রাজীব.সরকার"),
            ("Bengali, of two characters in NFC", "বড়"),
            ("Chinese", "用户"),
            ("Devanagari", "राम.मोहन"),
            ("Devanagari digits", "राम१२"),
            ("Ethiopic", "አበበ"),
            ("Greek", "χρήστης"),
            ("Hebrew with vowels", "רָחֵל"),
            ("Khmer", "សុខា"),
            ("Korean", "사용자"),
            ("Malayalam", "സീമ"),
            ("Myanmar", "ကိုကို"),
            ("Persian with a non-joiner", "می‌خواهم"),
            ("Sinhala with a joiner", "ශ්‍රී"),
            ("Tamil", "கண்ணன்"),
            ("Telugu", "శ్రీను"),
            ("Thai", "สมศรี"),
            ("Tibetan", "བཀྲ་ཤིས".split('་').next().unwrap_or_default()),
            ("Vietnamese, decomposed", "nguye\u{302}\u{303}n"),
            ("ASCII", "o'neill+tag/x=1!#$%&*-?^_`{|}~"),
        ] {
            let address = format!("{local}@example.com");
            let composed: String = address.nfc().collect();
            assert_eq!(normal(&address), Some(composed), "{script}");
        }
        assert_eq!(normal("ΧΡΉΣΤΗΣ@παράδειγμα.ελ").as_deref(), Some("χρήστης@xn--hxajbheg2az3al.xn--qxam"));
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
            "vic\u{200c}tim@example.com",
            "vic\u{200d}tim@example.com",
            "vic\u{ad}tim@example.com",
            "vic\u{34f}tim@example.com",
            "vic\u{fe0f}tim@example.com",
            "vic\u{202e}tim@example.com",
            "vic\u{2066}tim@example.com",
            "vic\u{200f}tim@example.com",
            "vic\u{e0062}tim@example.com",
            "vic\u{e000}tim@example.com",
            "vic\u{378}tim@example.com",
            "vic\u{a0}tim@example.com",
            "vic\u{2028}tim@example.com",
            "\u{6a9}\u{627}\u{631}\u{200c}\u{647}\u{627}@example.com",
            "a\u{2019}b@example.com",
            "👩@example.com",
            ".bob@example.com",
            "bob.@example.com",
            "bo..b@example.com",
            "bo(b)@example.com",
            "bo,b@example.com",
            "\"bob\"@example.com",
            "bob@example.com.",
            "bob@exam_ple.com",
            "bob@exa\u{202e}mple.com",
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
