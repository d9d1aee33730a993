//! The audit log from outside: where its checkpoints are kept, and how a copy of the database is verified
//! with nothing but the copy.

mod checkpoints;
mod export;
mod report;
mod rows;
mod verify;

pub use checkpoints::{Checkpoints, CheckpointsError, notes};
pub use report::{Report, Verification, VerifyError};
pub use rows::Copy;
pub use verify::verify;
