//! A colour, as CSS writes it and as people see it.

use std::fmt::{self, Display, Formatter};

/// A colour of sRGB. Shown as CSS writes it: `#17695c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A colour in OKLCH (CSS Color 4 §9.2): lightness from 0 to 1, chroma, and hue in radians. Colours of one lightness look equally light.
/// By hand: the crates that convert it clamp what lies outside sRGB, where the chroma is to be reduced instead.
#[derive(Clone, Copy)]
pub(crate) struct Oklch {
    pub lightness: f64,
    pub chroma: f64,
    pub hue: f64,
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// Of its three channels.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// As CSS writes it, with six digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// The relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126f64.mul_add(red, 0.7152f64.mul_add(green, 0.0722 * blue))
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        })
    }

    pub(crate) fn oklch(self) -> Oklch {
        let [red, green, blue] = self.linear();
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        let a = 1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short;
        let b = 0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short;
        let lightness = 0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short;
        Oklch { lightness, chroma: a.hypot(b), hue: b.atan2(a) }
    }
}

impl Oklch {
    /// The colour of sRGB, with as much of the chroma as that has at this lightness and hue.
    pub fn srgb(self) -> Colour {
        let (mut low, mut high) = (0.0, self.chroma);
        if let Some(colour) = self.exact() {
            return colour;
        }
        for _ in 0..16 {
            let chroma = f64::midpoint(low, high);
            if (Self { chroma, ..self }).exact().is_some() {
                low = chroma;
            } else {
                high = chroma;
            }
        }
        Self { chroma: low, ..self }.exact().unwrap_or(if self.lightness > 0.5 {
            Colour::WHITE
        } else {
            Colour([0; 3])
        })
    }

    /// None outside sRGB.
    fn exact(self) -> Option<Colour> {
        let (a, b) = (self.chroma * self.hue.cos(), self.chroma * self.hue.sin());
        let long = (self.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (self.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (self.lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let linear = [
            4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
        ];
        let [red, green, blue] = linear.map(channel);
        Some(Colour([red?, green?, blue?]))
    }
}

/// A channel of sRGB; none outside it, but for what rounding hides.
fn channel(linear: f64) -> Option<u8> {
    let share =
        if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055f64.mul_add(linear.powf(1.0 / 2.4), -0.055) };
    let scaled = (share * 255.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just compared")]
    (0.0..=255.0).contains(&scaled).then_some(scaled as u8)
}

impl Display for Colour {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of CSS Color 4 §9.2 and its conversion tables.
    #[test]
    fn oklch_is_that_of_css() {
        for (colour, lightness, chroma, degrees) in [
            ("#ff0000", 0.628, 0.2577, 29.23),
            ("#00ff00", 0.866, 0.2948, 142.5),
            ("#0000ff", 0.452, 0.3132, 264.05),
            ("#ffffff", 1.0, 0.0, f64::NAN),
        ] {
            let seen = Colour::parse(colour).unwrap().oklch();
            assert!((seen.lightness - lightness).abs() < 0.001, "{colour}: {}", seen.lightness);
            assert!((seen.chroma - chroma).abs() < 0.001, "{colour}: {}", seen.chroma);
            assert!(
                degrees.is_nan() || (seen.hue.to_degrees().rem_euclid(360.0) - degrees).abs() < 0.1,
                "{colour}"
            );
            assert_eq!(seen.srgb().to_string(), colour);
        }
    }

    #[test]
    fn a_colour_outside_loses_chroma_alone() {
        let wanted = Oklch { lightness: 0.9, chroma: 0.3, hue: 0.5 };
        let got = wanted.srgb().oklch();
        assert!((got.lightness - 0.9).abs() < 0.01 && got.chroma < 0.3 && (got.hue - 0.5).abs() < 0.05);
    }

    #[test]
    fn what_css_would_not_take_is_none() {
        for text in ["", "17695c", "#17695", "#17695c0", "#17695g", "#+17695", "red", "#17695c;x:y", "#é695c"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
