//! Whether a secret was typed rather than generated.

mod encoded;
mod keyboard;

/// What a secret must take at least, in bits: what NIST SP 800-63B-4 §5.1 and OWASP ask of the secret of a session. Whoever guesses it can try
/// as often as the network allows.
const BITS: f64 = 64.0;
/// What each letter of a word adds (NIST SP 800-63-2, appendix A.2.1, rounded up).
const OF_A_WORD: f64 = 2.0;
/// The same where the words were encoded, which chance doesn't bring about: about what English has (Shannon, 1951).
const OF_A_WORD_ENCODED: f64 = 1.0;
/// What continues a sequence, as in `4567` or `aaaa`.
const OF_A_SEQUENCE: f64 = 1.0;
/// What comes again, as in `changeme-changeme`: where it was, and how long it is.
const OF_A_REPEAT: f64 = 6.0;
/// What a byte adds that says nothing.
const OF_A_BYTE: f64 = 8.0;
/// What separates words: mostly the one sign.
const OF_A_SIGN: f64 = 1.0;
/// Shorter ones are in random text by chance; but a shorter word between signs is one.
const WORD: usize = 4;
const REPEAT: usize = 4;
/// How much of a secret is looked at, in characters or bytes: the work grows with the square, and what follows only adds.
const LOOKED_AT: usize = 256;
/// How often one encoding in another is taken apart.
const NESTED: u32 = 3;

/// Whether a secret takes fewer than 2⁶⁴ guesses, by an estimate that knows words, sequences, repeats and walks over the keyboard, also
/// where it is the hex or base64 of them. 256 random bits in hex or base64 never do; of 128 in base64, one in three hundred reads like
/// words.
#[must_use]
pub fn is_guessable(secret: &str) -> bool {
    bits(secret) < BITS
}

fn bits(secret: &str) -> f64 {
    of_text(secret, OF_A_WORD).min(of_encoded(secret, NESTED))
}

/// What it takes to guess what a secret encodes; without end where it encodes nothing.
fn of_encoded(secret: &str, nested: u32) -> f64 {
    let Some(nested) = nested.checked_sub(1) else { return f64::INFINITY };
    let encoded = encoded::decoded(secret).map(|bytes| match encoded::text(&bytes) {
        Some(text) => of_text(&text, OF_A_WORD_ENCODED).min(of_encoded(&text, nested)),
        None => of_bytes(&bytes),
    });
    encoded.fold(f64::INFINITY, f64::min)
}

fn of_text(secret: &str, of_a_word: f64) -> f64 {
    let chars: Vec<char> = secret.chars().take(LOOKED_AT).collect();
    let lower: Vec<char> = chars.iter().map(char::to_ascii_lowercase).collect();
    let each = each(&chars, of_a_word);
    let mut bits = 0.0;
    let mut at = 0;
    // Where the last walk over the keyboard began and ended: the next one mostly begins beside it.
    let mut walked: Option<[char; 2]> = None;
    while let (Some(alone), Some(character)) = (each.get(at), chars.get(at)) {
        let again = repeated(&lower, at);
        let walk = keyboard::walk(chars.get(at..).unwrap_or_default());
        if again >= REPEAT {
            bits += OF_A_REPEAT;
            at += again;
        } else if let Some(further) = walk.checked_sub(1) {
            let is_beside =
                walked.is_some_and(|ends| ends.iter().any(|end| keyboard::are_near(*end, *character)));
            bits += if is_beside { OF_A_SEQUENCE } else { *alone };
            bits += chars.iter().skip(at).take(further).map(|_| OF_A_SEQUENCE).sum::<f64>();
            at += walk;
            walked = chars.get(at - 1).map(|last| [*character, *last]);
        } else {
            bits += if continues(&chars, at) { OF_A_SEQUENCE } else { *alone };
            at += 1;
        }
    }
    bits
}

/// Bytes that are no text: random, but for repeats, and for steps as those of characters.
fn of_bytes(bytes: &[u8]) -> f64 {
    let bytes = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let step = |to: usize| Some(bytes.get(to)?.wrapping_sub(*bytes.get(to.checked_sub(1)?)?));
    let goes_on = |at: usize| {
        let last = at.checked_sub(1).and_then(step);
        last.is_some_and(|last| matches!(last, 0 | 1 | u8::MAX) && step(at) == Some(last))
    };
    let mut bits = 0.0;
    let mut at = 0;
    while at < bytes.len() {
        let again = repeated(bytes, at);
        if again >= REPEAT {
            bits += OF_A_REPEAT;
            at += again;
        } else {
            bits += if goes_on(at) { OF_A_SEQUENCE } else { OF_A_BYTE };
            at += 1;
        }
    }
    bits
}

/// What each character adds by itself.
fn each(chars: &[char], of_a_word: f64) -> Vec<f64> {
    let random = alphabet(chars).log2();
    let between_signs = chars.chunk_by(|one, next| one.is_alphanumeric() && next.is_alphanumeric());
    let runs = between_signs.flat_map(|text| {
        let runs = text.chunk_by(|one, next| one.is_alphabetic() && next.is_alphabetic());
        runs.map(move |run| (run, run.len() == text.len() || run.len() >= WORD))
    });
    let bits = runs.flat_map(|(run, may_be_words)| {
        let each = match run {
            [sign] if !sign.is_alphanumeric() => OF_A_SIGN,
            _ if may_be_words && reads_as_words(run) => of_a_word,
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

/// How many characters or bytes from here on were there before.
fn repeated<T: PartialEq>(all: &[T], at: usize) -> usize {
    let alike =
        |from: usize| all.iter().skip(from).zip(all.iter().skip(at)).take_while(|(a, b)| a == b).count();
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
    fn walks_over_the_keyboard_are_guessable() {
        for typed in [
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
            "1QAZ2WSX3EDC4RFV5TGB6YHN7UJM",
            "!QAZ@WSX#EDC$RFV%TGB^YHN&UJM",
            "zaq1xsw2cde3vfr4bgt5nhy6mju7",
            "zaq12wsxcde34rfvbgt56yhn",
            "qazwsxedcrfvtgbyhnujmikolp",
            "1q2w3e4r5t6y7u8i9o0p1q2w3e4r",
            "q1w2e3r4t5y6u7i8o9p0",
            "qweasdzxcrtyfghvbnuiojklm",
            "poiuytrewqlkjhgfdsamnbvcxz",
        ] {
            assert!(is_guessable(typed), "{typed}: {}", bits(typed));
        }
    }

    #[test]
    fn encodings_of_what_people_type_are_guessable() {
        for typed in [
            "changeme-changeme-changeme",
            "this is a very long secret\n",
            "mana-auth tests: 32 bytes of nothing!",
            "another secret of the tests, 36 bytes!",
            "passwordpasswordpasswordpassword",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
            "01234567890123456789012345678901",
            "secret",
        ] {
            let utf16: Vec<u8> = typed.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let hex = hex::encode(typed);
            for encoded in [
                STANDARD.encode(typed),
                URL_SAFE_NO_PAD.encode(typed),
                STANDARD.encode(STANDARD.encode(typed)),
                STANDARD.encode(&hex),
                STANDARD.encode(utf16),
                hex.to_uppercase(),
                hex,
            ] {
                assert!(is_guessable(&encoded), "{typed} as {encoded}: {}", bits(&encoded));
            }
        }
    }

    #[test]
    fn encodings_of_bytes_that_follow_each_other_are_guessable() {
        let repeated = [0xde, 0xad, 0xbe, 0xef].repeat(8);
        for bytes in [vec![0xff; 32], (0..32).collect(), (224..=255).rev().collect(), repeated] {
            for encoded in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes), hex::encode(&bytes)] {
                assert!(is_guessable(&encoded), "{encoded}: {}", bits(&encoded));
            }
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
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn random_bits_never_are(random: [u8; 32]) {
            for text in [hex::encode(random), hex::encode_upper(random), STANDARD.encode(random), URL_SAFE_NO_PAD.encode(random)] {
                let bits = bits(&text);
                prop_assert!(bits > 1.25 * BITS, "{text}: {bits}");
            }
        }
    }
}
