//! Text from outside, made safe to store and to show: the one place that says what is text.
//!
//! It follows PRECIS. Which characters are text is the FreeformClass (RFC 8264 §4.3): letters, marks, numbers, punctuation and
//! symbols of every script; no controls, no invisible or private characters, none that Unicode has not assigned. That leaves out
//! whatever turns the direction of the text around it: overrides, embeddings and isolates (U+202A to U+202E, U+2066 to U+2069), and the
//! marks U+200E, U+200F and U+061C too. A mark is legitimate in running text of two directions. In a name of one line nobody sees it, and
//! two names that differ by one look alike; whoever shows a name isolates it (`<bdi>`).
//!
//! Names and labels are prepared as nicknames are (RFC 8266 §2.1): blanks of any kind are U+0020, one at a time, and none at the ends.
//! Four things differ, for names as people write them:
//!
//! - The normal form is NFC, as for opaque strings (RFC 8265 §4.2.2). NFKC is for comparing nicknames; names here are shown and never
//!   compared, and `Acme™` shall not become `AcmeTM`.
//! - Joiners, variation selectors and the tags of flags stay where they show (see [`Spot`]). The class refuses most of them, and so `👩‍💻`.
//! - Marks need a letter before them, and what is drawn blank is no symbol, whatever its category.
//! - The exceptions of RFC 5892 §2.6 are made for identifiers and left out: `·` is in names from Catalonia and from China.
//!
//! So no crate for PRECIS fits (`precis-profiles` is the class to the letter), and the properties come from `icu_properties`, which
//! `idna` has brought along.

mod character;
mod spot;

pub use character::is_of_words;
pub use spot::{Spot, spots};

use character::{is_blank, is_joiner};
use unicode_normalization::UnicodeNormalization as _;

const WRONG: &str = "must not contain control characters, or others that can't be seen";

/// Free text that a client chose about itself (a device's name, a user agent): never a reason to refuse a request. What is no text
/// becomes U+FFFD, what exceeds `limit` characters (at most four bytes each) is cut, and nothing at all is none.
#[must_use]
pub fn label(text: &str, limit: usize) -> Option<String> {
    let mut prepared = prepared(text, char::is_whitespace);
    let mut chars: Vec<char> = prepared.by_ref().take(limit).collect();
    if prepared.next().is_some() {
        // What the cut leaves at the end and nobody would see.
        while chars.pop_if(|c| *c == ' ' || is_joiner(*c)).is_some() {}
    }
    let clean: String =
        spots(&chars).map(|spot| if spot.is_text() { spot.character } else { '\u{fffd}' }).collect();
    (!clean.is_empty()).then_some(clean)
}

/// Text that a person chose to be shown to others, of at most `limit` characters (at most four bytes each).
///
/// # Errors
///
/// What is wrong with it, in words for people.
pub fn line(text: &str, limit: usize) -> Result<String, String> {
    let chars: Vec<char> = prepared(text, is_blank).take(limit + 1).collect();
    if chars.len() > limit {
        return Err(format!("must be at most {limit} characters"));
    }
    if !spots(&chars).all(|spot| spot.is_text()) {
        return Err(WRONG.into());
    }
    Ok(chars.into_iter().collect())
}

/// In NFC, with a single U+0020 for blanks, and none at the ends.
fn prepared(text: &str, is_blank: fn(char) -> bool) -> impl Iterator<Item = char> {
    let mut last = None;
    text.trim().nfc().map(move |c| if is_blank(c) { ' ' } else { c }).filter(move |c| {
        let again = *c == ' ' && last == Some(' ');
        last = Some(*c);
        !again
    })
}

#[cfg(test)]
mod tests;
