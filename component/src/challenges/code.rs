//! Codes that people type.

use crate::{
    platform,
    secrets::{Keyring, Purpose as KeyPurpose, mac},
};
use zeroize::Zeroizing;

/// The form of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Six digits: 10⁶.
    Digits,
    /// Eight of 32 letters and digits: 2⁴⁰, for what takes an account over.
    Letters,
}

/// A code, in the form that is compared. Not `Debug`, and wiped when dropped.
pub struct Code(Zeroizing<String>);

/// Crockford's Base32: without I, L, O and U, which people take for others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The longest text that is read as a code, in bytes.
const LONGEST: usize = 64;

impl Code {
    /// A new one.
    pub(super) fn random(form: Form) -> Self {
        let code = match form {
            Form::Digits => format!("{:06}", below_a_million()),
            Form::Letters => {
                let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from);
                platform::random::<8>().into_iter().map(letter).collect()
            }
        };
        Self(Zeroizing::new(code))
    }

    /// As somebody typed it: blanks and dashes are left out, and letters that were taken for others put right. None for what can be no
    /// code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let letter = |letter: char| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let is_blank = |c: &char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let code: String = text.chars().filter(|c| !is_blank(c)).map(letter).collect();
        let is_code = matches!(code.len(), 6 | 8) && code.bytes().all(|byte| ALPHABET.contains(&byte));
        is_code.then(|| Self(Zeroizing::new(code)))
    }

    /// As a mail shows it: in two groups.
    #[must_use]
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at_checked(self.0.len() / 2).unwrap_or((&self.0, ""));
        let between = if self.0.len() == 6 { ' ' } else { '-' };
        format!("{first}{between}{second}")
    }

    /// Its MAC, for the row of one challenge. A plain hash of so short a code could be reversed.
    pub(super) fn mac(&self, keyring: &Keyring, challenge: &str) -> Vec<u8> {
        mac::mac(keyring, KeyPurpose::Code, &[challenge.as_bytes(), b"\0", self.0.as_bytes()])
    }

    /// Compares it with the stored MAC, in constant time.
    pub(super) fn is(&self, keyring: &Keyring, challenge: &str, stored: &[u8]) -> bool {
        let content: [&[u8]; 3] = [challenge.as_bytes(), b"\0", self.0.as_bytes()];
        mac::author(keyring, KeyPurpose::Code, &content, stored) == mac::Author::Ours
    }
}

/// Each number below 10⁶ as likely as another: numbers past the last whole million are drawn anew.
fn below_a_million() -> u32 {
    const MILLION: u32 = 1_000_000;
    loop {
        let drawn = u32::from_be_bytes(platform::random());
        if drawn < u32::MAX - u32::MAX % MILLION {
            return drawn % MILLION;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Code::parse(text).map(|code| code.0.to_string())
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for (typed, code) in [
            ("304118", "304118"),
            ("304 118", "304118"),
            (" 304\u{2013}118\n", "304118"),
            ("k7qm-2xrt", "K7QM2XRT"),
            ("K7QM 2XRT", "K7QM2XRT"),
            ("oil0-1234", "01101234"),
        ] {
            assert_eq!(read(typed).as_deref(), Some(code), "{typed:?}");
        }
        for none in ["", "30411", "3041188", "K7QM2XR", "K7QM2XRU", "3041½8", "304118304118", &"1".repeat(65)]
        {
            assert_eq!(read(none), None, "{none:?}");
        }
        assert_eq!(Code::parse("k7qm2xrt").map(|code| code.shown()).as_deref(), Some("K7QM-2XRT"));
        assert_eq!(Code::parse("304118").map(|code| code.shown()).as_deref(), Some("304 118"));
    }
}
