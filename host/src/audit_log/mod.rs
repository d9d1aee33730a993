//! The audit log from outside: where its checkpoints are kept, and how a copy of the database is verified
//! with nothing but the copy.

mod checkpoints;
mod export;
mod rows;
mod verify;

pub use checkpoints::{Checkpoints, CheckpointsError, notes};
pub use verify::{Report, Verification, VerifyError, verify};
