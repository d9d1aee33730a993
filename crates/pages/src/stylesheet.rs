//! The one stylesheet.

use mana_auth_face::{Shades, Theme};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What is the same for every theme.
const STYLE: &str = include_str!("style.css");

/// The stylesheet of a theme. Its name changes with its content, so that it can be kept for ever.
pub struct Stylesheet {
    /// Where it is served.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl Stylesheet {
    /// That of a theme.
    #[must_use]
    pub fn of(theme: &Theme) -> Self {
        let palette = theme.palette();
        let (light, dark) = (variables(&palette.light), variables(&palette.dark));
        let text = format!(
            ":root{{color-scheme:light dark;{light}--bad:#b0241b;--warn:#8a5300;--warnbg:#fdf5e4;--good:#1d6b3a;--goodbg:#dcf0e2}}\n\
             @media (prefers-color-scheme:dark){{:root{{{dark}--bad:#ff9d92;--warn:#f0bf6a;--warnbg:#2b2417;--good:#86d39c;--goodbg:#172b1d}}}}\n\
             {STYLE}"
        );
        let name = Sha256::digest(&text).iter().take(8).fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        });
        Self { path: format!("/styles/{name}.css"), text }
    }
}

fn variables(shades: &Shades) -> String {
    let Shades { ground, sheet, text, soft, line, edge, tint, ink, fill, on, rim } = shades;
    format!(
        "--ground:{ground};--sheet:{sheet};--text:{text};--soft:{soft};--line:{line};--edge:{edge};--tint:{tint};--ink:{ink};--fill:{fill};--on:{on};--rim:{rim};"
    )
}
