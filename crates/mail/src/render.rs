//! Writing a letter.

use crate::{Letter, html, languages::words, text};
use mana_auth_face::{Language, Theme};

/// A mail, but for addresses and headers.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Lines of at most 998 bytes (RFC 5322 §2.1.1), as long as links are no longer.
    pub text: String,
    /// A whole document.
    pub html: String,
}

impl Letter {
    /// The letter in a language.
    #[must_use]
    pub fn render(&self, theme: &Theme, language: Language) -> Rendered {
        let words = words(language);
        let parts = (words.letter)(self, theme.product());
        let footer = (words.footer)(theme.product());
        Rendered {
            subject: one_line(&parts.subject),
            text: text::render(&parts, &footer),
            html: html::render(&parts, &footer, theme, language.tag()).into_string(),
        }
    }
}

/// Without what would end a header (RFC 5322 §2.2), and other control characters.
fn one_line(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}
