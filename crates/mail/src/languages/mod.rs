//! The sentences, a file for each language.

pub mod english;
pub mod german;
