use crate::{Error, Memory, Parameters, Verdict, hash, hash_beside, verify, verify_all};
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};

fn cheap() -> Parameters {
    Parameters::new(8, 1, 1).unwrap()
}

fn check(password: &str, encoded: &str) -> Result<Verdict, Error> {
    verify(password, Some(encoded), cheap(), &mut Memory::default())
}

/// What can't be computed has cost what there being no hash costs.
#[track_caller]
fn is_refused(encoded: &str, error: Error) {
    let mut memory = Memory::default();
    assert_eq!(verify("password", Some(encoded), cheap(), &mut memory), Err(error), "{encoded}");
    assert!(memory.was_lent(), "nothing was hashed for {encoded}");
}

/// With a secret and associated data, which passwords have none of: the library below this crate alone.
#[test]
fn rfc_9106_section_5_3() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .output_len(32)
        .build()
        .unwrap();
    let argon2 =
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params.clone()).unwrap();
    let tag = Memory::default()
        .lend(params.block_count(), |blocks| {
            let mut tag = [0; 32];
            argon2.hash_password_into_with_memory(&[1; 32], &[2; 16], &mut tag, blocks).map(|()| tag)
        })
        .unwrap()
        .unwrap();
    assert_eq!(hex::encode(tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

/// From `src/test.c` of the reference implementation (P-H-C/phc-winner-argon2).
#[test]
fn argon2id_hashes_of_the_reference_implementation() {
    for (password, encoded) in [
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ),
        ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        (
            "password",
            "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
        ),
        (
            "differentpassword",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
        ),
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw",
        ),
    ] {
        assert_eq!(check(password, encoded), Ok(Verdict::MatchButOutdated), "{encoded}");
        assert_eq!(check("Password", encoded), Ok(Verdict::Mismatch), "{encoded}");
    }
}

/// Made with Node 20: `scryptSync(password.normalize('NFKC'), salt, 64, { N: 16384, r: 16, p: 1, maxmem: … })`, as in
/// `@better-auth/utils`.
#[test]
fn scrypt_hashes_of_better_auth() {
    const PLAIN: &str = "00112233445566778899aabbccddeeff:f5b22309b28fe412c82a4b2cab57498b8f8a42c849af16cb908974048f61c\
                         13933421858db3a8f111430bdc493c7cef90f61f904061c77206e3820a2e8b11bc2";
    const NORMALIZED: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0:fc781b78bcf9f9ba3448ec10b78af94a4cc0819ce199fb74d748233\
                              766255aead2651644c4bd7f2b62937ac48658fa918671994a977c8e2aef7587a719eb5e9b";

    assert_eq!(check("correct horse battery staple", PLAIN), Ok(Verdict::MatchButOutdated));
    assert_eq!(check("correct horse battery stapler", PLAIN), Ok(Verdict::Mismatch));
    assert_eq!(check("\u{c5}ngstr\u{f6}m fish 42", NORMALIZED), Ok(Verdict::MatchButOutdated));
    // The normal form is the caller's business.
    assert_eq!(check("\u{212b}ngstr\u{f6}m \u{fb01}sh 42", NORMALIZED), Ok(Verdict::Mismatch));
    // HMAC-SHA-256 fills a key up with zeros (RFC 2104 §2).
    assert_eq!(check("correct horse battery staple\0", PLAIN), Ok(Verdict::MatchInPart));
    assert_eq!(check("correct horse battery staple\0\0\0", PLAIN), Ok(Verdict::MatchInPart));
    assert_eq!(check("correct horse\0battery staple", PLAIN), Ok(Verdict::Mismatch));
}

/// From the self-test of crypt_blowfish 1.3 (`wrapper.c`).
#[test]
fn bcrypt_hashes_of_crypt_blowfish() {
    const LONG: &str =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
    const HASH_OF_LONG: &str = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
    for (password, encoded) in [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    ] {
        for prefix in ["$2a$", "$2b$", "$2y$"] {
            let encoded = encoded.replace("$2a$", prefix);
            assert_eq!(check(password, &encoded), Ok(Verdict::MatchButOutdated), "{encoded}");
            assert_eq!(check("U*V", &encoded), Ok(Verdict::Mismatch), "{encoded}");
        }
    }
    for tail in ["", &LONG[72..], "any other", "\0", "\u{e9}"] {
        let longer = format!("{}{tail}", &LONG[..72]);
        assert_eq!(check(&longer, HASH_OF_LONG), Ok(Verdict::MatchInPart), "{longer}");
    }
    assert_eq!(check(&LONG[..71], HASH_OF_LONG), Ok(Verdict::Mismatch));
    assert_eq!(check(&LONG[1..], HASH_OF_LONG), Ok(Verdict::Mismatch));
}

/// C ends a text at a NUL, so what follows was never hashed.
#[test]
fn bcrypt_hashes_end_at_a_nul() {
    const U_STAR_U: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    const EMPTY: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy";
    for password in ["U*U\0", "U*U\0U*U", "U*U\0V"] {
        assert_eq!(check(password, U_STAR_U), Ok(Verdict::MatchInPart), "{password:?}");
        assert_eq!(check(password, EMPTY), Ok(Verdict::Mismatch), "{password:?}");
    }
    assert_eq!(check("\0U*U", EMPTY), Ok(Verdict::MatchInPart));
}

/// Argon2 hashes the length along (RFC 9106 §3.2).
#[test]
fn argon2id_covers_a_password_whole() {
    let mut memory = Memory::default();
    let long = "x".repeat(300);
    for (password, other) in [("a", "a\0"), (long.as_str(), &long[..299]), ("a\0b", "a\0c")] {
        let encoded = hash(password, &[7; 16], cheap(), &mut memory).unwrap();
        assert_eq!(verify(password, Some(&encoded), cheap(), &mut memory), Ok(Verdict::Match));
        assert_eq!(verify(other, Some(&encoded), cheap(), &mut memory), Ok(Verdict::Mismatch));
    }
}

#[test]
fn a_hash_of_its_own_is_a_phc_string_that_matches_until_the_parameters_change() {
    let parameters = Parameters::new(64, 2, 2).unwrap();
    let mut memory = Memory::default();
    let encoded = hash("correct horse", &[7; 16], parameters, &mut memory).unwrap();
    let (head, _) = encoded.rsplit_once('$').unwrap();
    assert_eq!(head, "$argon2id$v=19$m=64,t=2,p=2$BwcHBwcHBwcHBwcHBwcHBw");
    assert_eq!(encoded.len(), head.len() + 1 + 43);

    let mut verdict = |password, current| verify(password, Some(&encoded), current, &mut memory);
    assert_eq!(verdict("correct horse", parameters), Ok(Verdict::Match));
    assert_eq!(verdict("correct horse ", parameters), Ok(Verdict::Mismatch));
    for current in [(128, 2, 2), (64, 1, 2), (64, 2, 1)] {
        let current = Parameters::new(current.0, current.1, current.2).unwrap();
        assert_eq!(verdict("correct horse", current), Ok(Verdict::MatchButOutdated));
        assert_eq!(verdict("incorrect horse", current), Ok(Verdict::Mismatch));
    }
}

/// What lies in the memory from the hash before has no influence.
#[test]
fn memory_is_reused_without_a_trace() {
    let greater = Parameters::new(256, 1, 1).unwrap();
    let mut used = Memory::default();
    hash("another", &[1; 16], greater, &mut used).unwrap();
    for parameters in [cheap(), greater] {
        assert_eq!(
            hash("password", &[2; 16], parameters, &mut used),
            hash("password", &[2; 16], parameters, &mut Memory::default())
        );
    }
}

/// What is compared at the cost of one: the salt and parameters of another hash, those of an import included.
#[test]
fn a_hash_beside_another_has_its_salt_parameters_and_length() {
    let mut memory = Memory::default();
    let imported =
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nGuHYGT8sRhqQvE3sQYO5cDpoB1XuQKwyqZRlJsc5Bd0bCEBhEPQUw";
    let beside = hash_beside("battery staple", Some(imported), &[7; 16], cheap(), &mut memory).unwrap();
    assert_eq!(beside.len(), imported.len());
    assert_eq!(beside.rsplit_once('$').unwrap().0, imported.rsplit_once('$').unwrap().0);
    let all = [Some(beside.as_str()), None, Some(imported), Some("nonsense")];
    assert_eq!(
        verify_all("battery staple", &all, cheap(), &mut memory),
        [
            Ok(Verdict::MatchButOutdated),
            Ok(Verdict::Mismatch),
            Ok(Verdict::Mismatch),
            Err(Error::MalformedHash)
        ]
    );
    for other in ["nonsense", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"] {
        assert_eq!(
            hash_beside("battery staple", Some(other), &[7; 16], cheap(), &mut memory),
            hash("battery staple", &[7; 16], cheap(), &mut memory)
        );
    }
}

#[test]
fn no_hash_is_a_mismatch_even_for_the_password_that_the_stand_in_hashes() {
    let mut memory = Memory::default();
    for password in ["", "password"] {
        assert_eq!(verify(password, None, cheap(), &mut memory), Ok(Verdict::Mismatch));
    }
}

/// Refused when read: some of these would take minutes, or more memory than there is.
#[test]
fn parameters_out_of_bounds_are_refused() {
    for head in [
        "m=262145,t=1,p=1",
        "m=4294967295,t=1,p=1",
        "m=8,t=17,p=1",
        "m=8,t=4294967295,p=1",
        "m=64,t=1,p=5",
        "m=8,t=0,p=1",
        "m=7,t=1,p=1",
        "m=8,t=1,p=1,keyid=AAAA",
        "m=8,t=1,p=1,data=AAAA",
    ] {
        let encoded =
            format!("$argon2id$v=19${head}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
        is_refused(&encoded, Error::UnsupportedParameters);
    }
    for encoded in [
        "$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$2b$00$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ] {
        is_refused(encoded, Error::UnsupportedParameters);
    }
}

#[test]
fn what_is_no_hash_is_malformed() {
    let key = "0".repeat(128);
    for encoded in [
        "".to_owned(),
        "password".to_owned(),
        "$argon2id$".to_owned(),
        "$argon2id$v=19$m=8,t=1,p=1".to_owned(),
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ".to_owned(),
        "$argon2id$v=19$m=8,t=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4".to_owned(),
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4".to_owned(),
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65".to_owned(),
        "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4".to_owned(),
        "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe".to_owned(),
        "$2b$05$CCCCCCCCCCCCCCCCCCCCC!E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
        "$2b$+5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
        "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e".to_owned(),
        ":".to_owned(),
        format!(":{key}"),
        format!("{}:{key}", "0".repeat(31)),
        format!("{}:{key}", "0".repeat(33)),
        format!("{}:{key}0", "0".repeat(32)),
        format!("{}:{}", "0".repeat(32), key.to_uppercase().replace('0', "A")),
        format!("{}:{key}:", "0".repeat(32)),
    ] {
        is_refused(&encoded, Error::MalformedHash);
    }
}
