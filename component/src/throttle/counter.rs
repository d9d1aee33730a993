//! What is counted.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// What is counted, by a hash that tells nothing of it by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Counter {
    /// What kind of thing it is.
    pub(super) name: &'static str,
    /// Which one.
    pub(super) subject: [u8; 32],
}

impl Counter {
    pub(super) fn new(name: &'static str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix(name);
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self { name, subject: hash.finalize().into() }
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
