//! The token of a request (RFC 6750 §2.1).

use crate::Rejection;
use http::{HeaderMap, header::AUTHORIZATION};

/// The longest token that is looked at: above what the service ever makes, which is about 0.7 KiB.
const LONGEST: usize = 4 * 1024;

/// A token as it came: bounded, and of characters that tokens consist of, but not believed. It can't be printed.
pub struct Token(String);

impl Token {
    /// The token of a request, from the one place where it may stand. Never from the query, which ends up in logs.
    ///
    /// # Errors
    ///
    /// `NoToken`, `Ambiguous`, or that it is invalid.
    pub fn of(headers: &HeaderMap) -> Result<Self, Rejection> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let field = fields.next().ok_or(Rejection::NoToken)?;
        if fields.next().is_some() {
            return Err(Rejection::Ambiguous);
        }
        let (scheme, rest) = match field.as_bytes().iter().position(|byte| *byte == b' ') {
            Some(end) => field.as_bytes().split_at(end),
            None => (field.as_bytes(), &b""[..]),
        };
        // RFC 9110 §11.1: in any case.
        if !scheme.eq_ignore_ascii_case(b"Bearer") {
            return Err(Rejection::NoToken);
        }
        Self::parse(rest.trim_ascii()).ok_or(Rejection::Invalid)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        // Those of a compact JWS (RFC 7515 §7.1).
        let is_ours = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let may_be_one = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(is_ours);
        if may_be_one { String::from_utf8(bytes.to_vec()).ok().map(Self) } else { None }
    }

    /// The token itself. Whoever holds it is who it says: it belongs into no log and no error.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(fields: &[&str]) -> Result<String, Rejection> {
        let field = |text: &&str| (AUTHORIZATION, HeaderValue::from_bytes(text.as_bytes()).expect("a value"));
        Token::of(&fields.iter().map(field).collect()).map(|token| token.0)
    }

    #[test]
    fn it_stands_in_one_place() {
        for field in ["Bearer a.b-_9.c", "bearer a.b-_9.c", "BEARER   a.b-_9.c "] {
            assert_eq!(of(&[field]).as_deref(), Ok("a.b-_9.c"), "{field}");
        }
        for fields in [&[][..], &[""], &["Basic eA=="], &["Bearers a.b.c"], &["a.b.c"], &["Bearer\ta.b.c"]] {
            assert_eq!(of(fields), Err(Rejection::NoToken), "{fields:?}");
        }
        assert_eq!(of(&["Bearer a.b.c", "Bearer a.b.c"]), Err(Rejection::Ambiguous));
        assert_eq!(of(&["Basic eA==", "Bearer a.b.c"]), Err(Rejection::Ambiguous));
    }

    #[test]
    fn what_can_be_none_is_not_copied() {
        let longest = format!("Bearer {}", "a".repeat(LONGEST));
        assert!(of(&[&longest]).is_ok());
        for field in
            ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer a\"b", "Bearer ä", &(longest + "a")]
        {
            assert_eq!(of(&[field]), Err(Rejection::Invalid), "{field}");
        }
    }
}
