//! Chance that repeats itself.

use super::{Exhausted, Random};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore as _, SeedableRng as _},
};
use std::sync::{Mutex, PoisonError};

/// NO SECURITY. Whoever knows the seed knows every key, token and id that is made with it. It is here so that a
/// test's run can be repeated.
pub struct SeededRandom(Mutex<ChaCha8Rng>);

impl SeededRandom {
    /// The sequence of a seed. NO SECURITY.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
        Ok(())
    }
}
