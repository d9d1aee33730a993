//! What mails and pages share: the operator's theme, the languages, and events in words.

mod colour;
pub mod event;
mod language;
mod palette;
mod theme;

pub use colour::Colour;
pub use language::Language;
pub use palette::{Palette, Shades};
pub use theme::{Addresses, BadTheme, Theme};
