//! Hashes of its own.

use crate::hasher::{CHEAP, Error, Hasher, Parameters, Verdict};

#[test]
fn what_it_hashed_it_recognises() {
    let mut hasher = Hasher::new();
    let default = Parameters { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 };
    for parameters in [CHEAP, default] {
        let encoded = hasher.hash("correct horse", parameters).expect("a hash");
        let mut verdict = |password: &str, current| hasher.verify(password, Some(&encoded), current);
        assert_eq!(verdict("correct horse", parameters), Ok(Verdict::Match));
        assert_eq!(verdict("correct horses", parameters), Ok(Verdict::Mismatch));
        assert_eq!(verdict("", parameters), Ok(Verdict::Mismatch));
        let other = Parameters { iterations: 3, ..parameters };
        assert_eq!(verdict("correct horse", other), Ok(Verdict::MatchButOutdated));
    }
    assert_eq!(hasher.platform().log, [] as [String; 0]);
}

/// The same as another implementation of RFC 9106 makes of password, salt and parameters: argon2-cffi, which is the
/// reference implementation.
#[test]
fn a_hash_is_the_one_that_everybody_computes() {
    let mut hasher = Hasher::new();
    for (parameters, expected) in [
        (
            Parameters { memory_kib: 64, iterations: 2, parallelism: 2 },
            "$argon2id$v=19$m=64,t=2,p=2$BwcHBwcHBwcHBwcHBwcHBw$QdfvgTRbYC1BLYpj+t4ZhJI/PL6pyPP74u5cYKQGbXg",
        ),
        (
            Parameters { memory_kib: 1024, iterations: 1, parallelism: 1 },
            "$argon2id$v=19$m=1024,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$H+kCztOX0N1GRLjhd1wSD129P6xI4stbBAmF0XOT6zg",
        ),
    ] {
        assert_eq!(hasher.hash("correct horse", parameters).expect("a hash"), expected);
    }
}

#[test]
fn the_salt_is_sixteen_bytes_of_the_platforms_chance() {
    let mut hasher = Hasher::new();
    let one = hasher.hash("correct horse", CHEAP);
    assert_eq!(hasher.platform().asked, [16]);
    hasher.platform().chance = 8;
    let other = hasher.hash("correct horse", CHEAP);
    assert_ne!(one, other);
    assert_eq!(hasher.platform().asked, [16, 16], "a new one for each hash");
}

#[test]
fn no_hash_is_a_mismatch_whatever_the_password() {
    let mut hasher = Hasher::new();
    for password in ["", "correct horse"] {
        assert_eq!(hasher.verify(password, None, CHEAP), Ok(Verdict::Mismatch));
    }
}

#[test]
fn parameters_beyond_the_contract_are_refused() {
    let mut hasher = Hasher::new();
    for (memory_kib, iterations, parallelism) in [
        (262_145, 1, 1),
        (u32::MAX, 1, 1),
        (7, 1, 1),
        (8, 17, 1),
        (8, 0, 1),
        (64, 1, 5),
        (31, 1, 4),
        (64, 1, 0),
    ] {
        let parameters = Parameters { memory_kib, iterations, parallelism };
        let refused = Error::UnsupportedParameters;
        assert_eq!(hasher.hash("correct horse", parameters), Err(refused), "{parameters:?}");
        assert_eq!(hasher.verify("correct horse", None, parameters), Err(refused), "{parameters:?}");
    }
    assert!(hasher.hash("correct horse", CHEAP).is_ok(), "it goes on");
}
