//! What happens besides answering requests: start-up, gathering, housekeeping.

mod lease;
mod overdue;
mod rows;
mod run;
mod settings_changed;
mod start;

pub use run::{Report, run};
pub use start::{StartError, check_storage, start, started};

use crate::{audit::refused_tokens, context::Context, error::Failure, sessions};

/// Writes what this instance gathered in memory.
///
/// # Errors
///
/// Where storage fails.
pub async fn flush(ctx: &Context) -> Result<(), Failure> {
    let activity = sessions::flush_activity(ctx).await;
    refused_tokens::flush(ctx).await?;
    activity
}
