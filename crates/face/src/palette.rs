//! All colours, derived from the one accent: what can be read stays readable whatever the operator likes.

use crate::colour::{Colour, Oklch};

/// The colours by day and by night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Where the reader likes light pages.
    pub light: Shades,
    /// Where they like dark ones.
    pub dark: Shades,
}

/// The colours of one kind of light. Contrasts are those of WCAG 2.2, at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shades {
    /// The ground of the page.
    pub ground: Colour,
    /// The sheet on it, and fields.
    pub sheet: Colour,
    /// Words: 4.5 on ground, sheet and tint.
    pub text: Colour,
    /// Words of less weight: 4.5 on ground and sheet.
    pub soft: Colour,
    /// Hairlines, which mean nothing alone.
    pub line: Colour,
    /// The border of a field: 3 on sheet and ground.
    pub edge: Colour,
    /// The accent's breath behind what is chosen; it means nothing alone.
    pub tint: Colour,
    /// Links, focus and ticks: 4.5 on sheet, ground and tint.
    pub ink: Colour,
    /// A button.
    pub fill: Colour,
    /// Its words: 4.5 on it.
    pub on: Colour,
    /// Its rim: 3 on sheet and ground.
    pub rim: Colour,
}

impl Palette {
    /// The colours of an accent.
    #[must_use]
    pub fn of(given: Colour) -> Self {
        let accent = given.oklch();
        let shade =
            |lightness: f64, most: f64| Oklch { lightness, chroma: accent.chroma.min(most), ..accent };
        // A pale accent stays as it is, with dark words; what lies between is darkened for white ones.
        let fill =
            shade(if accent.lightness > 0.7 { accent.lightness } else { accent.lightness.min(0.5) }, 0.18);
        let words = if fill.lightness < 0.6 { 1.0 } else { 0.2 };
        let on = Oklch { lightness: words, chroma: 0.0, ..accent }.srgb();
        let rim = Oklch { lightness: fill.lightness.min(0.6), ..fill }.srgb();
        // What white words can be read on needs no other shade.
        let (fill, on, rim) = if Colour::WHITE.contrast(given) >= 4.5 {
            (given, Colour::WHITE, given)
        } else {
            (fill.srgb(), on, rim)
        };
        Self {
            light: Shades {
                ground: shade(0.972, 0.005).srgb(),
                sheet: Colour::WHITE,
                text: shade(0.235, 0.012).srgb(),
                soft: shade(0.48, 0.014).srgb(),
                line: shade(0.9, 0.008).srgb(),
                edge: shade(0.61, 0.012).srgb(),
                tint: shade(0.95, 0.025).srgb(),
                ink: shade(accent.lightness.min(0.47), 0.13).srgb(),
                fill,
                on,
                rim,
            },
            dark: Shades {
                ground: shade(0.185, 0.008).srgb(),
                sheet: shade(0.23, 0.01).srgb(),
                text: shade(0.94, 0.006).srgb(),
                soft: shade(0.75, 0.012).srgb(),
                line: shade(0.33, 0.012).srgb(),
                edge: shade(0.58, 0.014).srgb(),
                tint: shade(0.3, 0.03).srgb(),
                ink: shade(accent.lightness.max(0.82), 0.09).srgb(),
                fill: shade(accent.lightness.max(0.75), 0.15).srgb(),
                on: shade(0.2, 0.02).srgb(),
                rim: shade(accent.lightness.max(0.75), 0.15).srgb(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_read_with_every_accent() {
        let steps = || (0..=255).step_by(17);
        for (red, green, blue) in
            steps().flat_map(|red| steps().flat_map(move |green| steps().map(move |blue| (red, green, blue))))
        {
            let accent = Colour::rgb(red, green, blue);
            let Palette { light, dark } = Palette::of(accent);
            for (name, shades) in [("light", light), ("dark", dark)] {
                let Shades { ground, sheet, text, soft, edge, tint, ink, fill, on, rim, line: _ } = shades;
                for (what, one, others, least) in [
                    ("text", text, vec![ground, sheet, tint], 4.5),
                    ("soft", soft, vec![ground, sheet], 4.5),
                    ("ink", ink, vec![ground, sheet, tint], 4.5),
                    ("on", on, vec![fill], 4.5),
                    ("edge", edge, vec![ground, sheet], 3.0),
                    ("rim", rim, vec![ground, sheet], 3.0),
                ] {
                    for other in others {
                        let contrast = one.contrast(other);
                        assert!(
                            contrast >= least,
                            "{accent}, {name}: {what} {one} on {other}: {contrast:.2}"
                        );
                    }
                }
            }
        }
    }
}
