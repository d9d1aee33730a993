//! The sentences, a file for each language.

mod english;
mod english_moments;
mod german;
mod german_faults;
mod german_moments;

use crate::{frame::Frame, words::Words};
use mana_auth_face::Language;

/// The words of a language.
pub const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &english::WORDS,
        Language::German => &german::WORDS,
    }
}

impl Frame<'_> {
    /// Those of the reader.
    pub(crate) const fn words(&self) -> &'static Words {
        words(self.language)
    }
}
