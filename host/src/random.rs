//! The only place that asks for chance.

#[cfg(feature = "test-support")]
mod seeded;

#[cfg(feature = "test-support")]
pub use seeded::SeededRandom;

/// A source of random bytes. Tests hand in a seeded one.
pub trait Random: Send + Sync + 'static {
    /// Fills the buffer.
    ///
    /// # Errors
    ///
    /// Where the source has failed. Nothing may be made from the buffer then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Exhausted>;
}

/// The random source has failed.
#[derive(Debug, thiserror::Error)]
#[error("the operating system's random source failed")]
pub struct Exhausted;

/// The operating system's source.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        getrandom::fill(buffer).map_err(|_| Exhausted)
    }
}
