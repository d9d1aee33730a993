//! No text but the one that was signed is a token.

use super::{AUDIENCE, EXP, IAT, ISSUER, claims, key, keys};
use crate::{Claims, TokenError, verify};
use proptest::{prelude::*, sample::Index};
use std::sync::LazyLock;

/// Two tokens of one key that differ in their claims, and so in their signatures.
static TOKENS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let admin = Claims { role: "admin".into(), exp: EXP + 1, ..claims() };
    [key().sign(&claims()), key().sign(&admin)]
});

fn check(text: &str) -> Result<Claims, TokenError> {
    verify(text, &keys(), ISSUER, AUDIENCE, IAT)
}

#[derive(Debug, Clone)]
enum Mutation {
    Replace(Index, char),
    Insert(Index, String),
    Delete(Index),
    Truncate(Index),
    Behead(Index),
    Exchange(Index, Index),
    /// The first part up to here, the other token from there on.
    Splice(Index, Index),
    /// Which of the six parts of both tokens stand where.
    Rearrange(Vec<usize>),
}

impl Mutation {
    fn apply(&self, token: &str, other: &str) -> String {
        let mut text: Vec<char> = token.chars().collect();
        let end = text.len();
        match self {
            Self::Replace(at, to) => text[at.index(end)] = *to,
            Self::Insert(at, what) => {
                let at = at.index(end + 1);
                text.splice(at..at, what.chars());
            }
            Self::Delete(at) => drop(text.remove(at.index(end))),
            Self::Truncate(at) => text.truncate(at.index(end)),
            Self::Behead(at) => drop(text.drain(..=at.index(end))),
            Self::Exchange(a, b) => text.swap(a.index(end), b.index(end)),
            Self::Splice(a, b) => {
                text.truncate(a.index(end + 1));
                text.extend(other.chars().skip(b.index(other.len())));
            }
            Self::Rearrange(order) => {
                let parts: Vec<_> = token.split('.').chain(other.split('.')).collect();
                return order.iter().map(|&part| parts[part]).collect::<Vec<_>>().join(".");
            }
        }
        text.into_iter().collect()
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let character = prop_oneof![prop::char::range('-', 'z'), any::<char>()];
    prop_oneof![
        8 => (any::<Index>(), character).prop_map(|(at, to)| Mutation::Replace(at, to)),
        2 => (any::<Index>(), "[A-Za-z0-9._=-]{1,9}|.").prop_map(|(at, what)| Mutation::Insert(at, what)),
        1 => any::<Index>().prop_map(Mutation::Delete),
        1 => any::<Index>().prop_map(Mutation::Truncate),
        1 => any::<Index>().prop_map(Mutation::Behead),
        2 => any::<(Index, Index)>().prop_map(|(a, b)| Mutation::Exchange(a, b)),
        1 => any::<(Index, Index)>().prop_map(|(a, b)| Mutation::Splice(a, b)),
        1 => prop::collection::vec(0..6usize, 1..5).prop_map(Mutation::Rearrange),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    #[test]
    fn no_mutation_verifies(mutation in mutation()) {
        let [token, other] = &*TOKENS;
        let text = mutation.apply(token, other);
        prop_assert_eq!(check(&text).is_ok(), text == *token || text == *other);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,300}") {
        prop_assert_eq!(check(&text), Err(TokenError::Malformed));
    }

    #[test]
    fn arbitrary_parts_never_panic(text in "[A-Za-z0-9_-]{0,99}\\.[A-Za-z0-9_-]{0,99}\\.[A-Za-z0-9_-]{0,99}") {
        prop_assert_eq!(check(&text), Err(TokenError::Malformed));
    }

    /// Behind a valid header and signature everything is ours; the parser must hold all the same.
    #[test]
    fn arbitrary_payloads_never_panic(payload in "[\\[{]{0,9}[\"a-z0-9:,.eE+\\\\{}\\[\\]-]{0,60}") {
        let token = crate::token::sign_parts(key(), super::header().as_bytes(), payload.as_bytes());
        prop_assert_eq!(check(&token), Err(TokenError::Malformed));
    }
}

/// Every single character of the token, replaced by each that base64url has.
#[test]
fn no_other_character_verifies_anywhere() {
    let [token, _] = &*TOKENS;
    let (header_and_payload, _) = token.rsplit_once('.').unwrap();
    for at in 0..token.len() {
        // In header and payload a signature is checked for each, so a few have to do.
        let alphabet: &[u8] = if at > header_and_payload.len() { BASE64URL } else { b"AQgw_-9z" };
        for &character in alphabet {
            let mut text = token.clone().into_bytes();
            text[at] = character;
            let text = String::from_utf8(text).unwrap();
            assert_eq!(check(&text).is_ok(), text == *token, "{text}");
        }
    }
}

const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
