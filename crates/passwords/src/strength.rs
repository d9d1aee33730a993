use crate::Blocklist;
use std::collections::BTreeSet;

/// How much of a password is looked at, in characters: the work grows with the square. What was not looked at only
/// adds to the guesses.
const MAX_CHARS: usize = 64;
/// How many different digits and signs are looked at. `zxcvbn` tries every combination of the letters that they may
/// stand for (`4` and `@` for `a`, `1` and `|` for `i` or `l`): with all of them in 100 characters it takes seconds.
const MAX_SIGNS: usize = 6;
/// What is looked at in any case. It is more than the shortest password that is allowed, and enough for one that is
/// all signs to take more guesses than anybody asks for.
const MIN_CHARS: usize = 16;
/// How much of a hint is looked at, in characters: all of an address.
const MAX_HINT_CHARS: usize = 256;
/// How many words the hints may come to.
const MAX_WORDS: usize = 64;
/// What is shorter isn't worth a guess of its own: `de` of `example.de` is in half of all words.
const MIN_WORD_CHARS: usize = 3;

/// How strong a password is.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The number of guesses that an informed attacker needs, as a power of ten: 8.0 is 10⁸. Never negative.
    pub guesses_log10: f64,
    /// What makes it weak, in a sentence for its owner, where the estimator knows.
    pub warning: Option<String>,
    /// How to make it better, in sentences for its owner.
    pub suggestions: Vec<String>,
}

/// Estimates how many guesses a password takes (by `zxcvbn`, in its words), for an attacker who tries the hints first:
/// each as it is, and the words in it, so that `jane.doe@example.com` covers `jane`. An entry of the operator's list
/// takes none.
#[must_use]
pub fn strength(password: &str, hints: &[String], blocklist: &Blocklist) -> Estimate {
    if blocklist.contains(password) {
        return Estimate {
            guesses_log10: 0.0,
            warning: Some("This password is on a list of passwords that are known.".to_owned()),
            suggestions: vec!["Choose another password.".to_owned()],
        };
    }
    let words: Vec<&str> = words(hints).into_iter().collect();
    let entropy = zxcvbn::zxcvbn(beginning(password), &words);
    let feedback = entropy.feedback();
    Estimate {
        guesses_log10: entropy.guesses_log10().max(0.0),
        warning: feedback.and_then(|feedback| feedback.warning()).map(|warning| warning.to_string()),
        suggestions: feedback
            .map(|feedback| feedback.suggestions().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
    }
}

/// As much of a password as can be looked at in less than the time of a hash.
fn beginning(password: &str) -> &str {
    let mut signs = BTreeSet::new();
    let end = password.chars().take(MAX_CHARS).enumerate().position(|(at, character)| {
        if !character.is_alphabetic() {
            signs.insert(character);
        }
        at >= MIN_CHARS && signs.len() > MAX_SIGNS
    });
    first(password, end.unwrap_or(MAX_CHARS))
}

fn words(hints: &[String]) -> BTreeSet<&str> {
    hints
        .iter()
        .map(|hint| first(hint, MAX_HINT_CHARS))
        .flat_map(|hint| std::iter::once(hint).chain(hint.split(|c: char| !c.is_alphanumeric())))
        .filter(|word| word.chars().nth(MIN_WORD_CHARS - 1).is_some())
        .take(MAX_WORDS)
        .collect()
}

/// At most the first `count` characters.
fn first(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(password: &str, hints: &[&str]) -> f64 {
        let hints: Vec<String> = hints.iter().map(|hint| (*hint).to_owned()).collect();
        strength(password, &hints, &Blocklist::default()).guesses_log10
    }

    #[test]
    fn known_and_patterned_passwords_are_below_ten_to_the_eighth_and_random_words_above() {
        for weak in ["password1234", "qwertyuiop[]", "aaaaaaaaaaaa", "abcdefghijkl", "iloveyou2024"] {
            assert!(guesses(weak, &[]) < 8.0, "{weak}");
        }
        for strong in ["correct horse battery staple", "x9$Fv!2mQz@7", "Rhabarber-Kompott-im-Keller"] {
            assert!(guesses(strong, &[]) >= 8.0, "{strong}");
        }
    }

    #[test]
    fn what_the_owner_is_known_by_is_tried_first() {
        let password = "xavierquimby77";
        let hints = ["xavier.quimby77@example.org", "Xavier Quimby"];
        assert!(guesses(password, &[]) >= 8.0);
        assert!(guesses(password, &hints) < 5.0);
        assert!(guesses(hints[0], &hints) < 2.0);
    }

    #[test]
    fn a_weak_one_comes_with_advice_and_a_strong_one_without() {
        let weak = strength("password1234", &[], &Blocklist::default());
        assert_eq!(weak.warning.as_deref(), Some("This is a very common password."));
        assert!(weak.suggestions.iter().any(|text| text.starts_with("Add another word or two.")), "{weak:?}");

        let strong = strength("correct horse battery staple", &[], &Blocklist::default());
        assert_eq!((strong.warning, strong.suggestions), (None, Vec::new()));
    }

    #[test]
    fn an_entry_of_the_list_takes_no_guesses() {
        let list = Blocklist::parse(b"Correct Horse Battery Staple");
        let listed = strength("correct horse battery staple", &[], &list);
        assert_eq!(listed.guesses_log10, 0.0);
        assert!(listed.warning.is_some() && !listed.suggestions.is_empty());
        assert!(strength("correct horse battery staple!", &[], &list).guesses_log10 > 8.0);
    }

    #[test]
    fn nothing_takes_less_than_no_guesses() {
        assert_eq!(guesses("", &[]), 0.0);
        assert!(guesses("a", &["a"]) >= 0.0);
    }

    #[test]
    fn the_beginning_is_long_with_letters_and_short_with_signs() {
        let length = |password: &str| beginning(password).chars().count();
        assert_eq!(length("twelve chars"), 12);
        assert_eq!(length(&"\u{e9}t\u{e9} ".repeat(30)), MAX_CHARS);
        assert_eq!(length(&"pa55w0rd ".repeat(30)), MAX_CHARS);
        let signs = "4@8({[<369&#!1|0$5+7%2".repeat(5);
        assert_eq!(length(&signs), MIN_CHARS);
        assert_eq!(length(&("a".repeat(40) + &signs)), 40 + MAX_SIGNS);
        assert!(guesses(&signs, &[]) > 8.0);
    }

    #[test]
    fn hints_are_bounded() {
        let many: Vec<String> = (0..500).map(|n| format!("hint{n} of-many")).collect();
        assert!((10..=MAX_WORDS).contains(&words(&many).len()));
        let long = vec!["\u{e9}".repeat(10_000)];
        assert_eq!(words(&long).first().map(|word| word.chars().count()), Some(MAX_HINT_CHARS));
    }
}
