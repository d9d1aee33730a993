//! Hashes that others made.

use crate::hasher::{CHEAP, Error, Hasher, Verdict};

/// A hash and a password: it matches, and one letter more does not.
#[track_caller]
fn matches(encoded: &str, password: &str) {
    let mut hasher = Hasher::new();
    assert_eq!(hasher.verify(password, Some(encoded), CHEAP), Ok(Verdict::MatchButOutdated), "{encoded}");
    let longer = format!("{password}r");
    assert_eq!(hasher.verify(&longer, Some(encoded), CHEAP), Ok(Verdict::Mismatch), "{encoded}");
}

/// From `src/test.c` of the reference implementation (P-H-C/phc-winner-argon2).
#[test]
fn argon2id_of_the_reference_implementation() {
    matches(
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "password",
    );
    matches(
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "password",
    );
}

/// Node's `scryptSync(password.normalize('NFKC'), salt, 64, { N: 16384, r: 16, p: 1 })`.
#[test]
fn scrypt_of_better_auth() {
    matches(
        "00112233445566778899aabbccddeeff:f5b22309b28fe412c82a4b2cab57498b8f8a42c849af16cb908974048f61c\
         13933421858db3a8f111430bdc493c7cef90f61f904061c77206e3820a2e8b11bc2",
        "correct horse battery staple",
    );
}

/// From the self-test of crypt_blowfish 1.3 (`wrapper.c`).
#[test]
fn bcrypt_of_crypt_blowfish() {
    for prefix in ["$2a$", "$2b$", "$2y$"] {
        matches(&format!("{prefix}05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), "U*U");
    }
}

/// Refused when read: some of these would take minutes, or more memory than a component can have.
#[test]
fn a_hash_that_asks_for_too_much_is_refused() {
    let mut hasher = Hasher::new();
    for head in
        ["m=262145,t=1,p=1", "m=4294967295,t=1,p=1", "m=8,t=17,p=1", "m=8,t=4294967295,p=1", "m=64,t=1,p=5"]
    {
        let encoded =
            format!("$argon2id$v=19${head}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
        assert_eq!(
            hasher.verify("password", Some(&encoded), CHEAP),
            Err(Error::UnsupportedParameters),
            "{head}"
        );
    }
    let encoded = "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assert_eq!(hasher.verify("U*U", Some(encoded), CHEAP), Err(Error::UnsupportedParameters));
}

#[test]
fn what_is_no_hash_is_malformed() {
    let mut hasher = Hasher::new();
    for encoded in
        ["", "password", "$argon2id$", ":", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"]
    {
        assert_eq!(hasher.verify("password", Some(encoded), CHEAP), Err(Error::MalformedHash), "{encoded}");
    }
}
