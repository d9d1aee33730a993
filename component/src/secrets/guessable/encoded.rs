//! What a secret is the encoding of, should it be one.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&alphabet::STANDARD, LENIENT), GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)];

/// Its bytes, read as hex and as base64 of either alphabet, each where it can be.
pub fn decoded(secret: &str) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let base64 = BASE64.iter().filter_map(move |alphabet| alphabet.decode(secret).ok());
    hex(secret).into_iter().chain(base64).map(Zeroizing::new)
}

fn hex(secret: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        secret.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The text that bytes are, blanks at its ends left out; also in UTF-16, as long as it is ASCII.
pub fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<u8>>());
    let text = str::from_utf8(&bytes).ok()?.trim();
    (!text.chars().any(char::is_control)).then(|| Zeroizing::new(text.to_owned()))
}
