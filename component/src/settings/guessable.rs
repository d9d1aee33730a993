//! Whether a secret was typed rather than generated.

/// What a secret must take at least, in bits: what NIST SP 800-63B-4 §5.1 and OWASP ask of the secret of a session. Whoever guesses it can try
/// as often as the network allows.
const BITS: f64 = 64.0;
/// What each letter of a word adds (NIST SP 800-63-2, appendix A.2.1, rounded up).
const OF_A_WORD: f64 = 2.0;
/// What continues a sequence, as in `4567` or `aaaa`.
const OF_A_SEQUENCE: f64 = 1.0;
/// What comes again, as in `changeme-changeme`: where it was, and how long it is.
const OF_A_REPEAT: f64 = 6.0;
/// What separates words: mostly the one sign.
const OF_A_SIGN: f64 = 1.0;
/// Shorter ones are in random text by chance; but a shorter word between signs is one.
const WORD: usize = 4;
const REPEAT: usize = 4;
/// How much of a secret is looked at, in characters: the work grows with the square, and what follows only adds.
const LOOKED_AT: usize = 256;

/// Whether a secret takes fewer than 2⁶⁴ guesses, by an estimate that knows words, sequences and repeats. 256 random bits in hex or
/// base64 never do; of 128 in base64, one in three hundred reads like words.
#[must_use]
pub fn is_guessable(secret: &str) -> bool {
    bits(secret) < BITS
}

fn bits(secret: &str) -> f64 {
    let chars: Vec<char> = secret.chars().take(LOOKED_AT).collect();
    let lower: Vec<char> = chars.iter().map(char::to_ascii_lowercase).collect();
    let each = each(&chars);
    let mut bits = 0.0;
    let mut at = 0;
    while let Some(alone) = each.get(at) {
        let again = repeated(&lower, at);
        if again >= REPEAT {
            bits += OF_A_REPEAT;
            at += again;
        } else {
            bits += if continues(&chars, at) { OF_A_SEQUENCE } else { *alone };
            at += 1;
        }
    }
    bits
}

/// What each character adds by itself.
fn each(chars: &[char]) -> Vec<f64> {
    let random = alphabet(chars).log2();
    let between_signs = chars.chunk_by(|one, next| one.is_alphanumeric() && next.is_alphanumeric());
    let runs = between_signs.flat_map(|text| {
        let runs = text.chunk_by(|one, next| one.is_alphabetic() && next.is_alphabetic());
        runs.map(move |run| (run, run.len() == text.len() || run.len() >= WORD))
    });
    let bits = runs.flat_map(|(run, may_be_words)| {
        let each = match run {
            [sign] if !sign.is_alphanumeric() => OF_A_SIGN,
            _ if may_be_words && reads_as_words(run) => OF_A_WORD,
            _ => random,
        };
        std::iter::repeat_n(each, run.len())
    });
    bits.collect()
}

/// How many letters and digits a random text of this look is drawn from.
fn alphabet(chars: &[char]) -> f64 {
    let has = |is: fn(&char) -> bool| chars.iter().any(is);
    let (lower, upper) = (has(|c| c.is_lowercase()), has(|c| c.is_uppercase()));
    let is_hex = chars.iter().filter(|c| c.is_alphanumeric()).all(char::is_ascii_hexdigit);
    let letters = if is_hex { 6.0 } else { 26.0 };
    let counts = [(has(|c| c.is_numeric()), 10.0), (lower, letters), (upper, letters)];
    counts.iter().filter(|(present, _)| *present).map(|(_, count)| count).sum::<f64>().max(1.0)
}

/// Letters all in one case, or each capital followed by small ones.
fn reads_as_words(letters: &[char]) -> bool {
    let mut words = letters.chunk_by(|_, next| !next.is_uppercase());
    letters.iter().all(|c| c.is_uppercase()) || words.all(|word| word.len() > 1)
}

/// How many characters from here on were there before.
fn repeated(chars: &[char], at: usize) -> usize {
    let alike =
        |from: usize| chars.iter().skip(from).zip(chars.iter().skip(at)).take_while(|(a, b)| a == b).count();
    (0..at).map(alike).max().unwrap_or(0)
}

/// Whether the step to this character is the one before it: up or down by one, or none.
fn continues(chars: &[char], at: usize) -> bool {
    let step = |to: usize| {
        let from = to.checked_sub(1)?;
        Some(i64::from(u32::from(*chars.get(to)?)) - i64::from(u32::from(*chars.get(from)?)))
    };
    let last = at.checked_sub(1).and_then(step);
    last.is_some_and(|last| last.abs() <= 1 && step(at) == Some(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_guessable() {
        for typed in [
            "",
            "changeme",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "changeme-changeme-changeme",
            "ChangeMe-CHANGEME-changeme-changeMe",
            "passwordpasswordpassword",
            "P@ssw0rd-P@ssw0rd-P@ssw0rd",
            "Summer2024!Summer2024!Summer2024!",
            "correct horse battery staple",
            "correcthorsebatterystaple",
            "this-is-a-very-long-secret",
            "maintenance-secret-of-the-tests",
            "what-the-billing-service-shows",
            "SuperSecretMaintenanceToken",
            "MAINTENANCE_SECRET_OF_PRODUCTION",
            "0123456789012345678901",
            "9876543210987654321098765432109876543210",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "qwertyuiopasdfghjklzxcvbnm",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "abcabcabcabcabcabcabcabcabcabcabcabc",
            "accounts-payable-service-eu",
            "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
        ] {
            assert!(is_guessable(typed), "{typed}: {}", bits(typed));
        }
    }

    #[test]
    fn what_was_generated_is_not() {
        for generated in [
            "5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA",
            "iuHbW1gZ0b7kq2Wm9rXcTe",
            "b3e1c27fd94a4f0d8a6c5e2190b7f83d",
            "3d5c0a7e-91f2-4b68-a0c4-7e2f1b9d6c35",
            "7QX2MZ5KD4RJ6WB3NVTHYG2PAEF5LCSU4OIXK7ZQ",
        ] {
            assert!(!is_guessable(generated), "{generated}: {}", bits(generated));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn random_bits_never_are(random: [u8; 32]) {
            for text in [hex::encode(random), hex::encode_upper(random), STANDARD.encode(random), URL_SAFE_NO_PAD.encode(random)] {
                prop_assert!(bits(&text) > 1.25 * BITS, "{text}: {}", bits(&text));
            }
        }
    }
}
