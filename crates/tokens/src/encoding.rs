//! Base64url without padding (RFC 7515 §2), in its one canonical spelling: padding, white space, the other
//! alphabet and set trailing bits are all refused, so that no two texts mean the same bytes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
