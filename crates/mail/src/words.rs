//! What a language has to say.

use crate::letter::Letter;

/// Every sentence of a language: one that is missing does not compile.
pub struct Words {
    /// The parts of a letter from a product.
    pub letter: for<'a> fn(&'a Letter, &str) -> Parts<'a>,
    /// Why the mail came.
    pub footer: fn(&str) -> String,
}

/// The parts of a letter, in their order.
pub struct Parts<'a> {
    pub subject: String,
    pub lead: Vec<String>,
    /// The words of the button, and where it leads.
    pub button: Option<(&'static str, &'a str)>,
    /// What stands before a code, and the code.
    pub code: Option<(&'static str, &'a str)>,
    /// How long that is good, and what to do if it wasn't you.
    pub rest: Vec<String>,
}
