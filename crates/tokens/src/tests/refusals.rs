use super::{AUDIENCE, EXP, IAT, ISSUER, claims, header, key, keys};
use crate::{
    Audience, Claims, KeySet, SigningKey, TokenError, authenticate, encoding, token::sign_parts, verify,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn check(token: &str) -> Result<Claims, TokenError> {
    verify(token, &keys(), ISSUER, AUDIENCE, IAT)
}

/// A token that our own key has signed, whatever it says.
fn signed(header: &str, payload: &str) -> String {
    sign_parts(key(), header.as_bytes(), payload.as_bytes())
}

fn payload() -> String {
    serde_json::to_string(&claims()).unwrap()
}

/// The payload with a claim replaced, or removed where the value is null.
fn payload_with(name: &str, value: Value) -> String {
    let mut payload = serde_json::to_value(claims()).unwrap();
    match value {
        Value::Null => payload.as_object_mut().unwrap().remove(name),
        value => payload.as_object_mut().unwrap().insert(name.into(), value),
    };
    payload.to_string()
}

#[test]
fn a_token_has_the_form_that_the_contract_promises() {
    let token = key().sign(&claims());
    let parts: Vec<_> = token.split('.').map(|part| encoding::decode(part).unwrap()).collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(String::from_utf8_lossy(&parts[0]), header());
    assert_eq!(
        String::from_utf8_lossy(&parts[1]),
        r#"{"sub":"0198c0de-0000-7000-8000-000000000001","email":"ada@example.com","email_verified":true,"role":"user","sid":"0198c0de-0000-7000-8000-000000000002","iss":"https://id.example","aud":"https://api.example","iat":1700000000,"exp":1700000900,"pos":"17.c0de","auth_time":1700000000,"amr":["pwd"]}"#
    );
    assert_eq!(parts[2].len(), 64);
    assert_eq!(token, signed(&header(), &payload()));
    assert_eq!(check(&token), Ok(claims()));
}

#[test]
fn other_headers_are_refused() {
    let kid = key().public().kid().to_owned();
    let x = encoding::encode(key().public().to_bytes());
    for header in [
        // The algorithm is not the token's to choose (RFC 8725 §2.1).
        format!(r#"{{"alg":"none","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"None","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"Ed25519","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"eddsa","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EDDSA","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":["EdDSA"],"typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"typ":"JWT","kid":"{kid}"}}"#),
        // Neither is the type (§3.11).
        format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#),
        // Nor the key (§3.10).
        r#"{"alg":"EdDSA","typ":"JWT"}"#.into(),
        r#"{"alg":"EdDSA","typ":"JWT","kid":""}"#.into(),
        r#"{"alg":"EdDSA","typ":"JWT","kid":"../../dev/null"}"#.into(),
        r#"{"alg":"EdDSA","typ":"JWT","kid":"AAAA"}"#.into(),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}="}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":["{kid}"]}}"#),
        format!(
            r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","jwk":{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}}}"#
        ),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","jku":"https://evil.example"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","x5u":"https://evil.example"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","x5c":[]}}"#),
        // Critical headers (RFC 7515 §4.1.11), and any other.
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","crit":["exp"],"exp":0}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","b64":false,"crit":["b64"]}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","cty":"JWT"}}"#),
        // One member twice.
        format!(r#"{{"alg":"EdDSA","alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}","\u0061lg":"none"}}"#),
        // Other spellings.
        format!(r#" {{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg": "EdDSA","typ":"JWT","kid":"{kid}"}}"#),
        format!("{{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"{kid}\"}}\n"),
        format!("\u{feff}{{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"{kid}\"}}"),
        // Not a header at all.
        String::new(),
        "{}".into(),
        "[]".into(),
        "\"EdDSA\"".into(),
    ] {
        assert_eq!(check(&signed(&header, &payload())), Err(TokenError::Malformed), "{header}");
    }
}

/// The classic confusion: an HMAC under the public key, which everybody knows. Whatever stands in the place of
/// the signature, the header decides.
#[test]
fn unsigned_and_shared_key_tokens_are_refused() {
    let kid = key().public().kid().to_owned();
    for alg in ["none", "HS256"] {
        let header = encoding::encode(format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{kid}"}}"#));
        for signature in [String::new(), encoding::encode([0; 32])] {
            let token = format!("{header}.{}.{signature}", encoding::encode(payload()));
            assert_eq!(check(&token), Err(TokenError::Malformed), "{token}");
        }
    }
    let token = key().sign(&claims());
    let (input, _) = token.rsplit_once('.').unwrap();
    for signature in
        [String::new(), encoding::encode([0; 32]), encoding::encode([0; 64]), encoding::encode([0; 65])]
    {
        assert_eq!(check(&format!("{input}.{signature}")), Err(TokenError::BadSignature), "{signature}");
    }
}

#[test]
fn foreign_keys_are_refused() {
    let stranger = SigningKey::from_seed([8; 32]);
    assert_eq!(check(&stranger.sign(&claims())), Err(TokenError::UnknownKey));
    assert_eq!(authenticate(&key().sign(&claims()), &KeySet::default()), Err(TokenError::UnknownKey));
    // The stranger's signature under our key's name.
    let forged = sign_parts(&stranger, header().as_bytes(), payload().as_bytes());
    assert_eq!(check(&forged), Err(TokenError::BadSignature));
    // The signature of one token under the claims of another.
    let (mine, other) = (key().sign(&claims()), key().sign(&Claims { role: "admin".into(), ..claims() }));
    let swapped = format!("{}.{}", other.rsplit_once('.').unwrap().0, mine.rsplit_once('.').unwrap().1);
    assert_eq!(check(&swapped), Err(TokenError::BadSignature));
    // Each of several keys counts.
    let both = KeySet::from_keys([key().public().clone(), stranger.public().clone()]);
    for signer in [key(), &stranger] {
        assert_eq!(verify(&signer.sign(&claims()), &both, ISSUER, AUDIENCE, IAT), Ok(claims()));
    }
}

#[test]
fn other_framings_are_refused() {
    let token = key().sign(&claims());
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    for text in [
        String::new(),
        ".".into(),
        "..".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!(".{payload}.{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}..{payload}.{signature}"),
        format!("{header}.{payload}.{payload}.{signature}.{signature}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}\r\n.{signature}"),
        format!("{token}="),
        format!("{token}=="),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{token}\0"),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
        token.replace('.', ":"),
    ] {
        assert!(matches!(check(&text), Err(TokenError::Malformed | TokenError::BadSignature)), "{text}");
    }
}

/// 64 bytes are 86 characters, the last of which has four bits to spare.
#[test]
fn the_spare_bits_of_the_last_character_are_zero() {
    let token = key().sign(&claims());
    let (rest, last) = token.split_at(token.len() - 1);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = alphabet.iter().position(|&it| it == last.as_bytes()[0]).unwrap();
    assert_eq!(value % 16, 0);
    for spare in 1..16 {
        let text = format!("{rest}{}", char::from(alphabet[value + spare]));
        assert_eq!(check(&text), Err(TokenError::Malformed), "{spare}");
    }
}

#[test]
fn the_other_alphabet_is_refused() {
    // Signatures differ in their characters; one of these has a `-` or `_`.
    let token = (0..64)
        .map(|n| key().sign(&Claims { exp: EXP + n, ..claims() }))
        .find(|token| token.contains('-') && token.contains('_'))
        .unwrap();
    assert!(check(&token).is_ok());
    assert_eq!(check(&token.replace('-', "+")), Err(TokenError::Malformed));
    assert_eq!(check(&token.replace('_', "/")), Err(TokenError::Malformed));
}

#[test]
fn a_token_has_at_most_4_kib() {
    let of = |length| key().sign(&Claims { email: "a".repeat(length), ..claims() });
    let longest = (2_000..4_096).rev().map(of).find(|token| token.len() <= 4096).unwrap();
    assert!(longest.len() > 4090);
    assert!(check(&longest).is_ok());
    let emails = check(&longest).unwrap().email.len();
    assert_eq!(check(&of(emails + 3)), Err(TokenError::Malformed));
    assert_eq!(check(&of(100_000)), Err(TokenError::Malformed));
}

#[test]
fn payloads_that_are_no_claims_are_refused() {
    let listed =
        json!([claims().sub, claims().email, true, "user", claims().sid, ISSUER, AUDIENCE, IAT, EXP]);
    for payload in [
        String::new(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        // serde would read a structure from a list, too.
        listed.to_string(),
        format!("[{}]", payload()),
        format!("{}{}", payload(), payload()),
        format!("{} x", payload()),
        payload().replacen('{', "", 1),
        // One claim twice: one of ours, one in another spelling, one that is not, one inside another.
        payload().replacen('{', r#"{"role":"admin","#, 1),
        payload().replacen('{', r#"{"\u0072ole":"admin","#, 1),
        payload().replacen('{', r#"{"x":1,"x":1,"#, 1),
        payload().replacen('{', r#"{"x":{"y":1,"y":2},"#, 1),
    ] {
        assert_eq!(check(&signed(&header(), &payload)), Err(TokenError::Malformed), "{payload}");
    }
    let latin_1 = sign_parts(key(), header().as_bytes(), b"{\"sub\":\"\xe9\"}");
    assert_eq!(check(&latin_1), Err(TokenError::Malformed));
}

#[test]
fn claims_of_other_types_are_refused() {
    for name in ["sub", "email", "email_verified", "role", "sid", "iss", "aud", "iat", "exp", "pos"] {
        for value in [Value::Null, json!({}), json!([])] {
            let payload = payload_with(name, value);
            assert_eq!(check(&signed(&header(), &payload)), Err(TokenError::Malformed), "{payload}");
        }
    }
    for (name, value) in [
        ("aud", json!([AUDIENCE, 7])),
        ("aud", json!([[AUDIENCE]])),
        ("sub", json!(7)),
        ("email_verified", json!("true")),
        ("email_verified", json!(1)),
        ("exp", json!(EXP.to_string())),
        ("exp", json!(-1)),
        ("exp", json!(1.7e9)),
        ("exp", json!(1e300)),
        ("iat", json!(1_700_000_000.5)),
        ("iat", json!(-1)),
        ("iat", json!(true)),
    ] {
        let payload = payload_with(name, value);
        assert_eq!(check(&signed(&header(), &payload)), Err(TokenError::Malformed), "{payload}");
    }
    let huge = payload().replace(&EXP.to_string(), "18446744073709551616");
    assert_eq!(check(&signed(&header(), &huge)), Err(TokenError::Malformed));
}

/// Claims with these of the operator's own.
fn with_own(name: &str, value: Value) -> Claims {
    Claims { own: serde_json::Map::from_iter([(name.to_owned(), value)]), ..claims() }
}

#[test]
fn other_claims_are_the_operators_own() {
    for value in [json!({ "lineage": "abc", "id": 7 }), json!([1, 2.5, "x", false]), json!("x")] {
        let payload = payload_with("lineage", value.clone());
        let expected = with_own("lineage", value);
        assert_eq!(check(&signed(&header(), &payload)), Ok(expected.clone()), "{payload}");
        assert_eq!(check(&key().sign(&expected)), Ok(expected));
    }
    let null = payload().replacen('{', r#"{"later":null,"#, 1);
    assert_eq!(check(&signed(&header(), &null)), Ok(with_own("later", Value::Null)));
    assert_eq!(with_own("tier", json!("pro")).own_as_json(), r#"{"tier":"pro"}"#);
}

#[test]
fn a_claim_of_ones_own_never_stands_in_for_a_named_one() {
    for name in ["sub", "email", "email_verified", "role", "sid", "iss", "aud", "iat", "exp", "pos"] {
        let token = key().sign(&with_own(name, json!("admin")));
        assert_eq!(check(&token), Err(TokenError::Malformed), "{name}");
    }
}

#[test]
fn issuer_and_audience_match_exactly() {
    let token = key().sign(&claims());
    for other in
        ["", "https://id.example/", "https://ID.example", "https://id.example.evil.example", "*", AUDIENCE]
    {
        assert_eq!(verify(&token, &keys(), other, AUDIENCE, IAT), Err(TokenError::WrongIssuer), "{other}");
    }
    for other in ["", "https://api.example/", "https://api.exampl", "*", ISSUER] {
        assert_eq!(verify(&token, &keys(), ISSUER, other, IAT), Err(TokenError::WrongAudience), "{other}");
    }
}

#[test]
fn each_of_several_recipients_accepts_what_is_for_all_of_them() {
    let several = ["https://api.example", "https://other.example"].map(str::to_owned);
    let aud = Audience::of(&several).unwrap();
    let token = key().sign(&Claims { aud, ..claims() });
    for recipient in &several {
        let claims = verify(&token, &keys(), ISSUER, recipient, IAT).unwrap();
        assert_eq!(claims.aud.into_recipients(), several);
    }
    for other in ["", ISSUER, "https://api.example,https://other.example"] {
        assert_eq!(verify(&token, &keys(), ISSUER, other, IAT), Err(TokenError::WrongAudience), "{other}");
    }
    // One recipient in an array is one recipient.
    let token = signed(&header(), &payload_with("aud", json!([AUDIENCE])));
    assert_eq!(check(&token), Ok(claims()));
    assert_eq!(Audience::of(&[]), None);
}

#[test]
fn time_ends_at_exp_and_begins_a_minute_before_iat() {
    let token = key().sign(&claims());
    let at = |now| verify(&token, &keys(), ISSUER, AUDIENCE, now).map(|claims| claims.exp);
    assert_eq!(at(0), Err(TokenError::NotYetValid));
    assert_eq!(at(IAT - 61), Err(TokenError::NotYetValid));
    assert_eq!(at(IAT - 60), Ok(EXP));
    assert_eq!(at(IAT), Ok(EXP));
    assert_eq!(at(EXP - 1), Ok(EXP));
    assert_eq!(at(EXP), Err(TokenError::Expired));
    assert_eq!(at(u64::MAX), Err(TokenError::Expired));

    let eternal = key().sign(&Claims { iat: u64::MAX, exp: u64::MAX, ..claims() });
    assert_eq!(verify(&eternal, &keys(), ISSUER, AUDIENCE, u64::MAX - 1).map(|it| it.iat), Ok(u64::MAX));
    assert_eq!(verify(&eternal, &keys(), ISSUER, AUDIENCE, IAT), Err(TokenError::NotYetValid));
}

#[test]
fn authentication_alone_looks_at_nothing_but_form_and_signature() {
    let token = key().sign(&Claims { iss: "x".into(), aud: "y".into(), iat: u64::MAX, exp: 0, ..claims() });
    assert_eq!(authenticate(&token, &keys()).map(|claims| claims.exp), Ok(0));
    assert_eq!(check(&token), Err(TokenError::WrongIssuer));
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(
        texts in prop::array::uniform7(any::<String>()), email_verified: bool, times: [u64; 3], amr: Vec<String>,
    ) {
        let [sub, email, role, sid, iss, aud, pos] = texts;
        let aud = aud.as_str().into();
        let [iat, exp, auth_time] = times;
        let own = serde_json::Map::new();
        let claims =
            Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, auth_time, amr, own };
        let token = key().sign(&claims);
        let expected = if token.len() > 4096 { Err(TokenError::Malformed) } else { Ok(claims) };
        prop_assert_eq!(authenticate(&token, &keys()), expected);
    }
}
