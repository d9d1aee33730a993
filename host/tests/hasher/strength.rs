//! How many guesses a password takes.

use crate::hasher::Hasher;

/// What the service asks for (`docs/security.md`).
const ENOUGH: f64 = 8.0;

#[test]
fn a_common_password_is_weak_and_a_long_phrase_is_not() {
    let mut hasher = Hasher::new();
    let weak = hasher.strength("password1234", &[]);
    assert!(weak.guesses_log10 < 5.0, "{weak:?}");
    assert!(weak.warning.is_some() && !weak.suggestions.is_empty(), "{weak:?}");
    let strong = hasher.strength("four otters paint lighthouses", &[]);
    assert!(strong.guesses_log10 >= ENOUGH, "{strong:?}");
    let random = hasher.strength("vR8)kq2-Tz!wLm5@", &[]);
    assert!(random.guesses_log10 >= ENOUGH, "{random:?}");
}

#[test]
fn the_owners_own_words_are_guessed_first() {
    let mut hasher = Hasher::new();
    let unknown = hasher.strength("Wolkenstein-Trostburg", &[]);
    let known = hasher.strength("Wolkenstein-Trostburg", &["oswald@wolkenstein.example", "Trostburg"]);
    assert!(known.guesses_log10 < unknown.guesses_log10, "{known:?} {unknown:?}");
}

/// The one place where it reads a clock: which years are recent.
#[test]
fn the_year_is_the_platforms() {
    let mut hasher = Hasher::new();
    let (this_year, long_past) = (hasher.strength("2026", &[]), hasher.strength("1926", &[]));
    assert!(this_year.guesses_log10 < long_past.guesses_log10, "{this_year:?} {long_past:?}");
}

#[test]
fn the_longest_password_and_any_text_are_estimated() {
    let mut hasher = Hasher::new();
    for password in ["", "\u{0}", &"é".repeat(256), &"1".repeat(256), &"aA1!".repeat(64)] {
        assert!(hasher.strength(password, &[""]).guesses_log10 >= 0.0);
    }
    assert_eq!(hasher.platform().log, [] as [String; 0]);
}
