use super::{key, keys};
use crate::{KeySet, PublicKey, SigningKey, TokenError};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_key_is_its_seed() {
    let again = SigningKey::from_seed(*key().seed());
    assert_eq!(again.seed(), &[7; 32]);
    assert_eq!(again.public(), key().public());
    assert_eq!(PublicKey::from_bytes(&key().public().to_bytes()).as_ref(), Some(key().public()));
}

/// The encodings of the eight points of small order (RFC 7748 §6.1 has their u-coordinates).
#[test]
fn points_of_small_order_are_no_keys() {
    for encoding in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ] {
        let bytes = hex::decode(encoding).unwrap().try_into().unwrap();
        // It is a point, and so refused for its order.
        assert!(ed25519_dalek::VerifyingKey::from_bytes(&bytes).unwrap().is_weak(), "{encoding}");
        assert_eq!(PublicKey::from_bytes(&bytes), None, "{encoding}");
    }
}

/// y ≥ p = 2²⁵⁵ − 19 spells the point of y − p (RFC 8032 §5.1.3 refuses it).
#[test]
fn another_spelling_of_a_point_is_no_key() {
    let mut strong = 0;
    for low in 0xed..=0xff {
        let mut bytes = [0xff; 32];
        bytes[0] = low;
        bytes[31] = 0x7f;
        let lenient = ed25519_dalek::VerifyingKey::from_bytes(&bytes);
        strong += usize::from(lenient.is_ok_and(|key| !key.is_weak()));
        assert_eq!(PublicKey::from_bytes(&bytes), None, "{low}");
    }
    assert!(strong > 0, "none of them is refused for its spelling alone");
}

#[test]
fn a_set_is_published_as_the_contract_says() {
    let key = key();
    let x = crate::encoding::encode(key.public().to_bytes());
    let kid = key.public().kid();
    let expected = format!(
        r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"{kid}","x":"{x}"}}]}}"#
    );
    assert_eq!(keys().to_json(), expected);
    assert_eq!(KeySet::default().to_json(), r#"{"keys":[]}"#);
}

#[test]
fn what_is_published_is_read_back() {
    let all: Vec<_> = (0..32).map(|n| SigningKey::from_seed([n; 32]).public().clone()).collect();
    let set = KeySet::from_keys(all.clone());
    let read = KeySet::parse(&set.to_json()).unwrap();
    assert_eq!(read, set);
    assert!(all.iter().all(|key| read.get(key.kid()) == Some(key)));
    assert_eq!(read.get("unknown"), None);
    assert_eq!(read.get(""), None);
}

fn jwk() -> Value {
    serde_json::from_str::<Value>(&keys().to_json()).unwrap()["keys"][0].clone()
}

/// The key with a member replaced, or removed where the value is null.
fn with(name: &str, value: Value) -> Value {
    let mut jwk = jwk();
    match value {
        Value::Null => jwk.as_object_mut().unwrap().remove(name),
        value => jwk.as_object_mut().unwrap().insert(name.into(), value),
    };
    jwk
}

fn parse(jwk: &Value) -> Result<KeySet, TokenError> {
    KeySet::parse(&json!({ "keys": [jwk] }).to_string())
}

#[test]
fn optional_members_may_be_missing_and_others_are_ignored() {
    for (name, value) in [
        ("alg", Value::Null),
        ("use", Value::Null),
        ("kid", Value::Null),
        ("key_ops", json!(["verify"])),
        ("x5t", json!("abc")),
    ] {
        assert_eq!(parse(&with(name, value)), Ok(keys()), "{name}");
    }
}

#[test]
fn keys_of_other_kinds_and_purposes_are_passed_over() {
    let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "rsa" });
    let both = KeySet::parse(&json!({ "keys": [rsa, jwk()] }).to_string());
    assert_eq!(both, Ok(keys()));
    for (name, value) in [
        ("kty", "EC"),
        ("kty", "oct"),
        ("crv", "X25519"),
        ("crv", "Ed448"),
        ("alg", "HS256"),
        ("alg", "none"),
        ("use", "enc"),
    ] {
        assert_eq!(parse(&with(name, json!(value))), Ok(KeySet::default()), "{name} {value}");
    }
}

#[test]
fn a_wrong_key_makes_the_set_malformed() {
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (name, value) in [
        ("x", Value::Null),
        ("x", json!("")),
        ("x", json!(weak)),
        ("x", json!(format!("{}=", jwk()["x"].as_str().unwrap()))),
        ("x", json!(7)),
        ("kid", json!("another")),
        ("kid", json!(7)),
        ("kty", Value::Null),
        ("kty", json!(7)),
    ] {
        let jwk = with(name, value);
        assert_eq!(parse(&jwk), Err(TokenError::MalformedKeySet), "{jwk}");
    }
}

#[test]
fn what_is_no_set_is_malformed() {
    let key = jwk().to_string();
    for text in [
        String::new(),
        "{}".into(),
        "[]".into(),
        "null".into(),
        r#"{"keys":{}}"#.into(),
        r#"{"keys":null}"#.into(),
        r#"{"keys":[[]]}"#.into(),
        // serde would read a structure from a list, too.
        format!("[[{key}]]"),
        format!(r#"{{"keys":[{key}],"keys":[]}}"#),
        format!(r#"{{"keys":[{}]}}"#, key.replacen('{', r#"{"x":"","#, 1)),
        format!(r#"{{"keys":[{key}]}} {{}}"#),
    ] {
        assert_eq!(KeySet::parse(&text), Err(TokenError::MalformedKeySet), "{text}");
    }
}

#[test]
fn a_set_is_bounded_in_keys_and_bytes() {
    let of = |count| json!({ "keys": vec![jwk(); count] }).to_string();
    assert!(KeySet::parse(&of(32)).is_ok());
    assert_eq!(KeySet::parse(&of(33)), Err(TokenError::MalformedKeySet));

    let json = keys().to_json();
    let filled = |length| format!("{json}{}", " ".repeat(length - json.len()));
    assert!(KeySet::parse(&filled(64 * 1024)).is_ok());
    assert_eq!(KeySet::parse(&filled(64 * 1024 + 1)), Err(TokenError::MalformedKeySet));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    #[test]
    fn arbitrary_text_never_panics(text in ".{0,200}") {
        prop_assert_eq!(KeySet::parse(&text), Err(TokenError::MalformedKeySet));
    }

    /// A damaged set is refused, or its keys are still ours, or it has none.
    #[test]
    fn a_damaged_set_gains_no_key(at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let mut json = keys().to_json().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        if let Ok(set) = KeySet::parse(std::str::from_utf8(&json).unwrap()) {
            prop_assert!(set == keys() || set == KeySet::default());
        }
    }
}
