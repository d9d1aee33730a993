//! Mail: delivering what the [`crate::outbox`] holds.
//!
//! At least once: a mail is taken for a while, handed to the import `mailer`, and removed when somebody else answers for it. Whoever
//! dies in between leaves it to the next, under the same id.

mod deliver;
mod entry;
mod message;
mod rows;
mod test;
mod tidy;

pub use deliver::deliver;
pub use entry::{Entry, State, list, retry};
pub use test::test;
pub use tidy::{Standing, tidy};
