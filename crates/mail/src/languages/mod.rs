//! The sentences, a file for each language.

mod english;
mod german;

use crate::words::Words;
use mana_auth_face::Language;

/// The words of a language.
pub const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &english::WORDS,
        Language::German => &german::WORDS,
    }
}
