//! Pictures of a few strokes, which say nothing that words don't.

use maud::{Markup, PreEscaped, html};

/// What a picture shows.
#[derive(Clone, Copy)]
pub enum Icon {
    /// Something is wrong.
    Wrong,
    /// Something may be wrong.
    Warning,
    /// Something was done.
    Done,
    /// A computer.
    Laptop,
    /// A telephone.
    Phone,
    /// A program.
    Terminal,
    /// What comes of something.
    Branch,
}

impl Icon {
    pub fn svg(self) -> Markup {
        let strokes = match self {
            Self::Wrong => r#"<circle cx="10" cy="10" r="7.5"/><path d="M10 6.2v4.6M10 13.7v.1"/>"#,
            Self::Warning => r#"<path d="M10 3 18 16.5H2ZM10 8v4M10 14.2v.1"/>"#,
            Self::Done => r#"<circle cx="10" cy="10" r="7.5"/><path d="m6.7 10.3 2.3 2.3 4.4-4.8"/>"#,
            Self::Laptop => r#"<path d="M3.5 4h13v9.5h-13ZM1.5 16h17"/>"#,
            Self::Phone => r#"<rect x="5.5" y="2.5" width="9" height="15" rx="2"/><path d="M9 14.8h2"/>"#,
            Self::Terminal => {
                r#"<rect x="2.5" y="3.5" width="15" height="13" rx="2"/><path d="m6 8 2.5 2.2L6 12.5M10.5 13h3.5"/>"#
            }
            Self::Branch => r#"<path d="M4 3v6a3 3 0 0 0 3 3h9m-3.5-3.5L16 12l-3.5 3.5"/>"#,
        };
        html! { svg viewBox="0 0 20 20" aria-hidden="true" { (PreEscaped(strokes)) } }
    }
}
