//! The secrets that a test knows, and the places where they must not turn up.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path, sync::Mutex};

/// Every password, token and cookie that a test has sent or received.
#[derive(Default)]
pub struct Vault {
    secrets: Mutex<BTreeSet<Vec<u8>>>,
}

/// Shorter texts turn up by chance.
const SHORTEST: usize = 12;

/// Members of a request or an answer whose value is a secret.
const SECRET_MEMBERS: &[&str] =
    &["password", "currentPassword", "newPassword", "refreshToken", "accessToken", "token"];

impl Vault {
    /// Remembers a secret. An address that someone tried as a password is none.
    pub fn keep(&self, secret: &str) {
        if secret.len() >= SHORTEST && !secret.contains('@') {
            self.secrets.lock().unwrap().insert(secret.as_bytes().to_vec());
        }
    }

    /// Remembers the secrets among the members of a JSON object.
    pub fn keep_members(&self, body: &[u8]) {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else { return };
        for name in SECRET_MEMBERS {
            if let Some(secret) = object.get(*name).and_then(Value::as_str) {
                self.keep(secret);
            }
        }
    }

    /// Fails if a secret is among these bytes.
    #[track_caller]
    pub fn absent_from(&self, bytes: &[u8], place: &str) {
        for secret in self.secrets.lock().unwrap().iter() {
            let found = contains(bytes, secret);
            assert!(!found, "a secret ({}…) is in {place}", String::from_utf8_lossy(&secret[..4]));
        }
    }

    /// Fails if a secret, as text or decoded, is in a file of this folder.
    #[track_caller]
    pub fn absent_from_files(&self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("the data folder") {
            let path = entry.expect("an entry").path();
            let Ok(bytes) = std::fs::read(&path) else { continue };
            self.absent_from(&bytes, &path.display().to_string());
            for secret in self.secrets.lock().unwrap().iter() {
                let Ok(raw) = URL_SAFE_NO_PAD.decode(secret) else { continue };
                assert!(!contains(&bytes, &raw), "a decoded secret is in {}", path.display());
            }
        }
    }
}

/// An answer's body without the members that are there to hand out a secret.
pub fn without_handed_out(body: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(body) else { return body.to_vec() };
    for name in ["refreshToken", "accessToken", "token"] {
        object.remove(name);
    }
    Value::Object(object).to_string().into_bytes()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
