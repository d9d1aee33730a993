//! How the operator's product looks, in mails and on pages.

use crate::{Colour, Palette};

/// The product's name, accent, logo, and what it has to tell by law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    product: String,
    palette: Palette,
    logo: Option<String>,
    imprint: Option<String>,
    privacy: Option<String>,
}

/// What is wrong with a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTheme {
    /// The name.
    #[error("the name must be one line of 1 to 64 characters")]
    Product,
    /// The accent.
    #[error("the colour must be # and six hex digits, such as #17695c")]
    Accent,
    /// The logo.
    #[error("{IS_ADDRESS}")]
    Logo,
    /// The imprint.
    #[error("{IS_ADDRESS}")]
    Imprint,
    /// What is told of personal data.
    #[error("{IS_ADDRESS}")]
    Privacy,
}

const IS_ADDRESS: &str =
    "must be an address that begins with https:// and has no blank, quote, bracket, comma or semicolon";

/// In characters.
const PRODUCT: usize = 64;
const ADDRESS: usize = 2048;

/// The addresses of a theme, each of which may be missing.
#[derive(Clone, Copy, Default)]
pub struct Addresses<'a> {
    /// A picture of at most 160 by 40 pixels.
    pub logo: Option<&'a str>,
    /// Who runs the product.
    pub imprint: Option<&'a str>,
    /// What becomes of personal data.
    pub privacy: Option<&'a str>,
}

impl Theme {
    /// A name, an accent as CSS writes it (`#17695c`), and addresses.
    ///
    /// # Errors
    ///
    /// The first that is wrong.
    pub fn new(product: &str, accent: &str, addresses: Addresses<'_>) -> Result<Self, BadTheme> {
        let is_line = !product.trim().is_empty() && !product.chars().any(char::is_control);
        if !is_line || product.chars().count() > PRODUCT {
            return Err(BadTheme::Product);
        }
        let accent = Colour::parse(accent).ok_or(BadTheme::Accent)?;
        let address = |text: Option<&str>, wrong| match text {
            Some(text) if !is_address(text) => Err(wrong),
            text => Ok(text.map(ToOwned::to_owned)),
        };
        Ok(Self {
            product: product.trim().to_owned(),
            palette: Palette::of(accent),
            logo: address(addresses.logo, BadTheme::Logo)?,
            imprint: address(addresses.imprint, BadTheme::Imprint)?,
            privacy: address(addresses.privacy, BadTheme::Privacy)?,
        })
    }

    /// The name.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The colours.
    #[must_use]
    pub const fn palette(&self) -> &Palette {
        &self.palette
    }

    /// The address of the logo.
    #[must_use]
    pub fn logo(&self) -> Option<&str> {
        self.logo.as_deref()
    }

    /// The address that tells who runs the product.
    #[must_use]
    pub fn imprint(&self) -> Option<&str> {
        self.imprint.as_deref()
    }

    /// The address that tells what becomes of personal data.
    #[must_use]
    pub fn privacy(&self) -> Option<&str> {
        self.privacy.as_deref()
    }
}

/// Also of what stands in a header: no semicolon or comma ends a source of a policy.
fn is_address(text: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\' | b';' | b',')
    };
    text.len() > "https://".len()
        && text.len() <= ADDRESS
        && text.starts_with("https://")
        && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_mail_or_a_page_is_refused() {
        let theme = |product: &str, accent: &str, logo: Option<&str>| {
            Theme::new(product, accent, Addresses { logo, ..Addresses::default() }).map(drop)
        };
        assert_eq!(theme(" Mana ", "#0b57d0", Some("https://cdn.example/logo.png?v=2")), Ok(()));
        for product in ["", "  ", "a\nb", "a\u{0}", &"x".repeat(65)] {
            assert_eq!(theme(product, "#0b57d0", None), Err(BadTheme::Product), "{product:?}");
        }
        for accent in ["", "0b57d0", "red", "#0b57d0;x:y"] {
            assert_eq!(theme("Mana", accent, None), Err(BadTheme::Accent), "{accent}");
        }
        for wrong in [
            "",
            "https://",
            "http://cdn.example/a.png",
            "javascript:alert(1)",
            "https://a/\"x",
            "https://a/ b",
            "https://a/<",
            "https://a/;script-src *",
        ] {
            assert_eq!(theme("Mana", "#0b57d0", Some(wrong)), Err(BadTheme::Logo), "{wrong}");
            let imprint = Addresses { imprint: Some(wrong), ..Addresses::default() };
            assert_eq!(Theme::new("Mana", "#0b57d0", imprint), Err(BadTheme::Imprint), "{wrong}");
            let privacy = Addresses { privacy: Some(wrong), ..Addresses::default() };
            assert_eq!(Theme::new("Mana", "#0b57d0", privacy), Err(BadTheme::Privacy), "{wrong}");
        }
    }
}
