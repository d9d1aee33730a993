//! The pages that people see: HTML and one stylesheet, in the reader's language.
//!
//! Pure: a view says what a page shows, and renders it in a [`Frame`]. The service fills it, and adds headers. Nothing here needs a script, and
//! nothing is loaded but the stylesheet and the operator's logo. Whatever a person has written is escaped.

mod field;
mod frame;
mod icon;
mod languages;
mod layout;
mod moment;
mod stylesheet;
mod views;
mod words;

pub use frame::{Frame, View};
pub use moment::Moment;
pub use stylesheet::Stylesheet;
pub use views::*;
