//! The one form of a sealed cookie: a compact JWE (RFC 7516 §7.1), `dir` with `A256GCM`, under the key of a day.
//!
//! ```text
//! base64url({"alg":"dir","enc":"A256GCM","kid":"<day>.<version>"}) . . base64url(nonce) . base64url(text) . base64url(tag)
//!            └─ compared, never interpreted ──────────────────────┘
//! ```

use crate::{
    settings::{Keyring, Purpose},
    time::Time,
};
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{AeadInOut as _, Nonce, Tag},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::{Arc, Mutex};

/// A longer one is none of ours.
const MOST: usize = 4096;
const NONCE: usize = 12;
const TAG: usize = 16;
const DAY: i64 = 86_400;

/// What seals and opens on one day (UTC), under the newest secret. The key of another day or secret is another one, so
/// what they sealed is as good as forged.
pub struct Sealer {
    kid: String,
    /// The protected header as it stands in the cookie, which is also what the tag covers beside the text.
    header: String,
    cipher: Aes256Gcm,
}

static TODAY: Mutex<Option<Arc<Sealer>>> = Mutex::new(None);

impl Sealer {
    /// The one of this moment.
    pub fn at(now: Time, keyring: &Keyring) -> Option<Arc<Self>> {
        let (day, version) = (now.0.div_euclid(1000).div_euclid(DAY), keyring.newest());
        let kid = format!("{day}.{version}");
        let mut today = TODAY.lock().ok()?;
        if let Some(sealer) = today.as_ref().filter(|sealer| sealer.kid == kid) {
            return Some(Arc::clone(sealer));
        }
        let key = keyring.derive(version, Purpose::SessionCache, &[day.to_string().as_bytes()])?;
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}"}}"#));
        let sealer = Arc::new(Self { kid, header, cipher: Aes256Gcm::new(&(*key).into()) });
        *today = Some(Arc::clone(&sealer));
        Some(sealer)
    }

    /// Encrypts. The nonce must be new.
    pub fn seal(&self, nonce: [u8; NONCE], mut text: Vec<u8>) -> Option<String> {
        let tag = self.cipher.encrypt_inout_detached(
            &nonce.into(),
            self.header.as_bytes(),
            text.as_mut_slice().into(),
        );
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Some([&self.header, "", &encode(&nonce), &encode(&text), &encode(&tag.ok()?)].join("."))
    }

    /// Decrypts. None where anything about it is wrong.
    pub fn open(&self, jwe: &str) -> Option<Vec<u8>> {
        if jwe.len() > MOST {
            return None;
        }
        let rest = jwe.strip_prefix(self.header.as_str())?.strip_prefix("..")?;
        let mut parts = rest.split('.');
        let (nonce, text, tag) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let nonce: [u8; NONCE] = decode(nonce)?.try_into().ok()?;
        let tag: [u8; TAG] = decode(tag)?.try_into().ok()?;
        let mut text = decode(text)?;
        let (nonce, tag): (Nonce<Aes256Gcm>, Tag<Aes256Gcm>) = (nonce.into(), tag.into());
        self.cipher
            .decrypt_inout_detached(&nonce, self.header.as_bytes(), text.as_mut_slice().into(), &tag)
            .ok()?;
        Some(text)
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
