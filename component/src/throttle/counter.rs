//! What is counted.

use sha2::{Digest as _, Sha256};
use std::fmt;

pub const ACCOUNT: &str = "account";
pub const DEVICE: &str = "device";
pub const REAUTHENTICATION: &str = "reauthentication";

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

/// A counter, and how many there may be; none: any number.
#[derive(Clone)]
pub struct Limit {
    pub counter: Counter,
    pub most: Option<u32>,
}

impl Limit {
    pub fn new(counter: Counter, most: u32) -> Self {
        Self { counter, most: Some(most).filter(|most| *most > 0) }
    }
}
