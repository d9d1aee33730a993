//! JSON by its grammar (RFC 8259) that our parser has no value for. Clients send it where they cut a text in the middle of a character, or
//! divide by zero.

use serde::de::IgnoredAny;

/// The same text with U+FFFD in the place of each half of a surrogate pair, as browsers do it (Web IDL, `USVString`).
pub fn with_whole_characters(text: &[u8]) -> Vec<u8> {
    rewritten(text, |token| match token {
        Token::Escape(escape) => half(escape),
        Token::Number(_) => None,
    })
}

/// The same text with 0 in the place of each number that is beyond all doubles: for who looks at the form alone.
pub fn with_small_numbers(text: &[u8]) -> Vec<u8> {
    rewritten(text, |token| match token {
        Token::Escape(_) => None,
        Token::Number(number) => {
            // What is ignored is read by the grammar alone.
            let is_one = serde_json::from_slice::<IgnoredAny>(number).is_ok();
            let is_beyond = serde_json::from_slice::<f64>(number).is_err();
            (is_one && is_beyond).then_some(b"0")
        }
    })
}

enum Token<'a> {
    /// A backslash in a text, and what it escapes; two of them where they are a pair.
    Escape(&'a [u8]),
    Number(&'a [u8]),
}

fn rewritten(text: &[u8], instead: impl Fn(Token<'_>) -> Option<&'static [u8]>) -> Vec<u8> {
    let mut rewritten = Vec::with_capacity(text.len());
    let (mut rest, mut is_in_text) = (text, false);
    while let [first, ..] = rest {
        let length = match (is_in_text, first) {
            (true, b'\\') => length_of_escape(rest),
            (false, b'-' | b'0'..=b'9') => length_of_number(rest),
            _ => 1,
        };
        let (read, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let written = match (is_in_text, first) {
            (true, b'\\') => instead(Token::Escape(read)),
            (false, b'-' | b'0'..=b'9') => instead(Token::Number(read)),
            _ => None,
        };
        rewritten.extend_from_slice(written.unwrap_or(read));
        is_in_text ^= *first == b'"';
        rest = behind;
    }
    rewritten
}

fn length_of_escape(text: &[u8]) -> usize {
    match (surrogate(text), text.get(6..).and_then(surrogate)) {
        (Some(Surrogate::High), Some(Surrogate::Low)) => 12,
        (Some(_), _) => 6,
        (None, _) => 2,
    }
}

fn length_of_number(text: &[u8]) -> usize {
    let is_of_number = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    text.iter().take_while(is_of_number).count()
}

/// What stands in the place of half a pair.
fn half(escape: &[u8]) -> Option<&'static [u8]> {
    (escape.len() == 6 && surrogate(escape).is_some()).then_some(br"\ufffd")
}

enum Surrogate {
    High,
    Low,
}

/// The surrogate that a text begins with, escaped.
fn surrogate(text: &[u8]) -> Option<Surrogate> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    match u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()? {
        0xD800..=0xDBFF => Some(Surrogate::High),
        0xDC00..=0xDFFF => Some(Surrogate::Low),
        _ => None,
    }
}
