//! Ids of requests.

use crate::random::{Exhausted, Random};
use std::fmt::Write as _;

/// 128 random bits in hexadecimal: an id that nobody can guess, so that knowing one tells nothing of others.
pub(super) fn generate(random: &dyn Random) -> Result<String, Exhausted> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    let mut id = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string always succeeds.
        let _ = write!(id, "{byte:02x}");
    }
    Ok(id)
}
