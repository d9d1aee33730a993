//! Asks over HTTP, bounded in time and size: another component of the same Spin application (local service chaining), or somebody
//! elsewhere. Tells which addresses may be asked with a credential.

mod address;
mod asking;

pub use address::is_private;
pub use asking::{ANSWER, Error, ask};
