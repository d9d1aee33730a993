//! How strong a password is, its memory-hard hash, and the comparison with one: `wit/passwords.wit` as plain
//! functions, for hosts to call on threads of their own, and as a component for hosts that don't.
//!
//! Nothing here logs, reads a clock or asks for chance. (`zxcvbn` looks at the calendar by itself, for the year.)

mod beside;
#[cfg(all(feature = "component", target_family = "wasm"))]
mod bindings;
mod blocklist;
mod encoded;
mod hash;
mod memory;
mod parameters;
mod strength;
#[cfg(test)]
mod tests;
mod verify;

pub use beside::hash_beside;
pub use blocklist::Blocklist;
pub use hash::{SALT_LENGTH, hash};
pub use memory::Memory;
pub use parameters::Parameters;
pub use strength::{Estimate, strength};
pub use verify::{Verdict, supports, verify, verify_all};

/// Why no answer was computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// Parameters outside the bounds of [`Parameters`], or of what an encoded hash may ask for.
    #[error("the parameters of the hash are not supported")]
    UnsupportedParameters,
    /// The encoded hash is in no known format.
    #[error("the encoded hash is malformed")]
    MalformedHash,
    /// The memory that the hash fills can't be had now.
    #[error("no memory for the hash")]
    OutOfMemory,
}
