//! How the operator's product looks in a mail.

/// The product's name, colour and logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    product: String,
    colour: [u8; 3],
    logo: Option<String>,
}

/// What is wrong with a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBrand {
    /// The name.
    #[error("the name must be one line of 1 to 64 characters")]
    Product,
    /// The colour.
    #[error("the colour must be six digits such as #0b57d0")]
    Colour,
    /// The logo.
    #[error("the logo must be an address that begins with https:// and has no blank, quote or bracket")]
    Logo,
}

/// In characters.
const PRODUCT: usize = 64;
const LOGO: usize = 2048;

impl Brand {
    /// A name, a colour as CSS writes it (`#0b57d0`), and the address of a picture of at most 160 by 40 pixels.
    ///
    /// # Errors
    ///
    /// The first that is wrong.
    pub fn new(product: &str, colour: &str, logo: Option<&str>) -> Result<Self, BadBrand> {
        let is_line = !product.trim().is_empty() && !product.chars().any(char::is_control);
        if !is_line || product.chars().count() > PRODUCT {
            return Err(BadBrand::Product);
        }
        let colour = hex(colour).ok_or(BadBrand::Colour)?;
        if !logo.is_none_or(is_address) {
            return Err(BadBrand::Logo);
        }
        Ok(Self { product: product.trim().to_owned(), colour, logo: logo.map(ToOwned::to_owned) })
    }

    /// The name.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The address of the logo.
    #[must_use]
    pub fn logo(&self) -> Option<&str> {
        self.logo.as_deref()
    }

    /// The colour as CSS writes it.
    pub(crate) fn colour(&self) -> String {
        let [red, green, blue] = self.colour;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Black or white, whichever is easier to read on the colour: the contrast of WCAG 2.2 §1.4.3.
    pub(crate) fn on_colour(&self) -> &'static str {
        let [red, green, blue] = self.colour.map(luminance);
        let luminance = 0.2126f64.mul_add(red, 0.7152f64.mul_add(green, 0.0722 * blue));
        // Where (1 + 0.05) / (L + 0.05) equals (L + 0.05) / 0.05.
        if luminance > 0.179 { "#000000" } else { "#ffffff" }
    }
}

/// The relative luminance of a channel (WCAG 2.2).
fn luminance(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

fn hex(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

fn is_address(logo: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\');
    logo.len() > "https://".len()
        && logo.len() <= LOGO
        && logo.starts_with("https://")
        && logo.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_mail_is_refused() {
        fn brand(product: &str, colour: &str, logo: Option<&str>) -> Result<(), BadBrand> {
            Brand::new(product, colour, logo).map(drop)
        }
        assert_eq!(brand(" Mana ", "#0b57d0", Some("https://cdn.example/logo.png?v=2")), Ok(()));
        for product in ["", "  ", "a\nb", "a\u{0}", &"x".repeat(65)] {
            assert_eq!(brand(product, "#0b57d0", None), Err(BadBrand::Product), "{product:?}");
        }
        for colour in ["", "0b57d0", "#0b57d", "#0b57d00", "#0b57dg", "#+0b57d", "red", "#0b57d0;x:y"] {
            assert_eq!(brand("Mana", colour, None), Err(BadBrand::Colour), "{colour}");
        }
        for logo in [
            "",
            "https://",
            "http://cdn.example/a.png",
            "javascript:alert(1)",
            "https://a/\"x",
            "https://a/ b",
            "https://a/<",
        ] {
            assert_eq!(brand("Mana", "#0b57d0", Some(logo)), Err(BadBrand::Logo), "{logo}");
        }
    }

    #[test]
    fn a_button_can_be_read_on_every_colour() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let brand =
                        Brand::new("Mana", &format!("#{red:02x}{green:02x}{blue:02x}"), None).unwrap();
                    let [r, g, b] = brand.colour.map(luminance);
                    let (light, dark) = (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05, 0.05);
                    let contrast = if brand.on_colour() == "#ffffff" { 1.05 / light } else { light / dark };
                    assert!(contrast >= 4.5, "{brand:?}: {contrast}");
                }
            }
        }
    }
}
