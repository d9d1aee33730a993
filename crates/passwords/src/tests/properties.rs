use crate::{
    Blocklist, Memory, Parameters, Verdict,
    encoded::{Computed, Encoded},
    hash, strength,
};
use proptest::prelude::*;
use std::sync::LazyLock;

const PASSWORD: &str = "correct horse battery staple";

/// A hash that costs microseconds.
static ARGON2ID: LazyLock<String> = LazyLock::new(|| {
    let cheap = Parameters::new(8, 1, 1).unwrap();
    hash(PASSWORD, &[7; 16], cheap, &mut Memory::default()).unwrap()
});

const BCRYPT: &str = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const SCRYPT: &str = "00112233445566778899aabbccddeeff:f5b22309b28fe412c82a4b2cab57498b8f8a42c849af16cb908974048f61c\
                      13933421858db3a8f111430bdc493c7cef90f61f904061c77206e3820a2e8b11bc2";

/// Whether computing it takes microseconds.
fn is_cheap(encoded: &Encoded) -> bool {
    match encoded {
        Encoded::Argon2id { parameters, .. } => parameters.memory_kib() <= 64 && parameters.iterations() <= 4,
        Encoded::Scrypt { .. } | Encoded::Bcrypt(_) => false,
    }
}

/// What is not cheap to compute is only parsed.
fn matches(encoded: &str) -> bool {
    let Ok(parsed) = encoded.parse::<Encoded>() else { return false };
    is_cheap(&parsed) && parsed.is_of(PASSWORD, &mut Memory::default(), &mut Computed::default()).unwrap()
}

/// One byte replaced, inserted or removed.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(u8),
    Insert(u8),
    Remove,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    // Mostly what such strings are made of: anything else is refused by its first look.
    let byte =
        prop_oneof![4 => prop::sample::select(&b"$=,:./+0123456789abcdefABCDXYZmtpv"[..]), 1 => any::<u8>()];
    prop_oneof![
        byte.clone().prop_map(Mutation::Replace),
        byte.prop_map(Mutation::Insert),
        Just(Mutation::Remove)
    ]
}

fn mutate(encoded: &str, at: prop::sample::Index, mutation: &Mutation) -> Option<String> {
    let mut bytes = encoded.as_bytes().to_vec();
    let at = at.index(bytes.len());
    match *mutation {
        Mutation::Replace(byte) => bytes[at] = byte,
        Mutation::Insert(byte) => bytes.insert(at, byte),
        Mutation::Remove => _ = bytes.remove(at),
    }
    String::from_utf8(bytes).ok().filter(|mutated| mutated != encoded)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_match_by_chance(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        head in prop::sample::select(&["", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$04$", "0123:"][..]),
    ) {
        let encoded = head.to_owned() + &String::from_utf8_lossy(&bytes);
        prop_assert!(!matches(&encoded));
    }

    #[test]
    fn no_mutation_of_a_hash_matches(at in any::<prop::sample::Index>(), mutation in mutation()) {
        for valid in [ARGON2ID.as_str(), BCRYPT, SCRYPT] {
            if let Some(mutated) = mutate(valid, at, &mutation) {
                prop_assert!(!matches(&mutated), "{mutated}");
            }
        }
    }

    #[test]
    fn a_blocklist_of_any_bytes_lists_its_lines(lines in prop::collection::vec("[^\n\r]{1,12}", 0..3)) {
        let list = Blocklist::parse(lines.join("\n").as_bytes());
        for line in &lines {
            prop_assert!(list.contains(line));
            prop_assert!(list.contains(&line.to_lowercase()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_password_and_hints_have_an_estimate(password in "\\PC{0,120}", hints in prop::collection::vec("\\PC{0,40}", 0..4)) {
        let estimate = strength(&password, &hints, &Blocklist::default());
        prop_assert!(estimate.guesses_log10.is_finite() && estimate.guesses_log10 >= 0.0);
    }
}

#[test]
fn the_hashes_that_are_mutated_match() {
    let mut memory = Memory::default();
    assert!(matches(&ARGON2ID));
    for (encoded, password) in [(BCRYPT.replace("$04$", "$05$").as_str(), "U*U"), (SCRYPT, PASSWORD)] {
        let current = Parameters::default();
        assert_eq!(
            crate::verify(password, Some(encoded), current, &mut memory),
            Ok(Verdict::MatchButOutdated)
        );
    }
}
