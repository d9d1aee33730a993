//! JSON by its grammar (RFC 8259) that says what our parser has no value for. Clients send it where they cut a text in the middle of a
//! character, or divide by zero.

use serde::de::IgnoredAny;

/// The same text with U+FFFD in the place of each half of a surrogate pair, as browsers do it (Web IDL, `USVString`); and with
/// [`NUMBER`] in the place of each number that is beyond all doubles.
pub fn readable(text: &[u8]) -> Vec<u8> {
    let mut readable = Vec::with_capacity(text.len());
    let (mut rest, mut is_in_text) = (text, false);
    while let [first, ..] = rest {
        let (length, written) = match (is_in_text, first) {
            (true, b'\\') => escape(rest),
            (false, b'-' | b'0'..=b'9') => number(rest),
            _ => (1, None),
        };
        is_in_text ^= *first == b'"';
        let (read, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        readable.extend_from_slice(written.unwrap_or(read));
        rest = behind;
    }
    readable
}

/// No member is of this type, and no metadata may hold it: what reads the number refuses it.
const NUMBER: &[u8] = br#"{"\u0000":0}"#;

/// How long an escape is, or a pair of them, and what is written in its place.
fn escape(text: &[u8]) -> (usize, Option<&'static [u8]>) {
    let surrogate = |text: &[u8]| {
        let digits = text.strip_prefix(br"\u")?.get(..4)?;
        let unit = u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
        (0xD800..=0xDFFF).contains(&unit).then_some(unit < 0xDC00)
    };
    match (surrogate(text), text.get(6..).and_then(surrogate)) {
        (Some(true), Some(false)) => (12, None),
        (Some(_), _) => (6, Some(br"\ufffd")),
        (None, _) => (2, None),
    }
}

/// How long a number is, and what is written in its place.
fn number(text: &[u8]) -> (usize, Option<&'static [u8]>) {
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let length = text.iter().take_while(|byte| is_of_number(byte)).count();
    let number = text.get(..length).unwrap_or(text);
    // What is ignored is read by the grammar alone.
    let is_one = || serde_json::from_slice::<IgnoredAny>(number).is_ok();
    let is_beyond = || serde_json::from_slice::<f64>(number).is_err();
    (length, (is_one() && is_beyond()).then_some(NUMBER))
}
