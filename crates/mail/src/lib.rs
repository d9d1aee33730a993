//! What the service mails: subject, text and HTML, in the recipient's language.
//!
//! Pure: whoever sends adds addresses and headers. A mail has no image but the operator's logo and no script, loads nothing else, and
//! says the same with images off, in dark mode and as text. Whatever stands in it that a person has written is escaped, and of one line.

mod html;
mod languages;
mod letter;
mod render;
mod text;
mod words;

pub use letter::{Letter, Notice};
pub use render::Rendered;
