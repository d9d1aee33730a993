//! Asks another component of the same Spin application (local service chaining), bounded in time and size, and tells
//! which addresses may be asked with a credential.

mod address;
#[cfg(target_family = "wasm")]
mod asking;

pub use address::is_private;
#[cfg(target_family = "wasm")]
pub use asking::{ANSWER, Error, ask};
