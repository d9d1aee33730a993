//! The address of a picture of somebody.

use crate::text;
use http::Uri;

/// The address of a picture: absolute, `https` or `http`, of at most 2048 characters. Other schemes run code or read files where
/// the picture is shown, and a user name or password in an address would be shown to whoever sees the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(String);

/// In characters.
const LENGTH: usize = 2048;

impl Picture {
    /// Parses an address as people paste it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let address = text::line(text, LENGTH)?;
        let uri = address.parse::<Uri>().ok();
        let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("https" | "http")));
        let authority = uri.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
        match authority {
            Some(authority) if authority.contains('@') => {
                Err("must not contain a user name or password".into())
            }
            Some(_) => Ok(Self(address)),
            None => Err("must be an address that begins with https:// or http://".into()),
        }
    }
}

impl From<Picture> for String {
    fn from(picture: Picture) -> Self {
        picture.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_show_a_picture_and_nothing_else_are_taken() {
        for address in
            ["https://cdn.example/a.png?size=2#x", "http://[::1]:8080/a", "HTTPS://cdn.example/@ana/ä.png"]
        {
            assert_eq!(Picture::parse(&format!(" {address} ")).map(String::from).as_deref(), Ok(address));
        }
        for address in [
            "",
            "/a.png",
            "//cdn.example/a.png",
            "https:/cdn.example/a.png",
            "https:///a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "ftp://cdn.example/a.png",
            "https://ana:hunter2@cdn.example/a.png",
            "https://ana@cdn.example/a.png",
            "https://:hunter2@cdn.example/a.png",
            "https://@cdn.example/a.png",
            "https://ana:hunter2%40@cdn.example",
            "https://cdn.example\\@evil.example/a.png",
            "https://cdn.example/a b.png",
            "https://cdn.example/gnp.\u{202e}exe",
            "https://cdn.example/\u{0}",
        ] {
            assert!(Picture::parse(address).is_err(), "{address:?}");
        }
    }
}
