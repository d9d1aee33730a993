//! Appending an event of another component.

use super::{Recorded, rows};
use crate::{commit::Change, context::Context, error::Failure};
use uuid::Uuid;

/// Appends it; returns its id.
///
/// # Errors
///
/// If storage fails. The caller decides whether that fails its request.
pub async fn record(ctx: &Context, event: &Recorded) -> Result<Uuid, Failure> {
    let (id, insert) = rows::insert_recorded(event, ctx);
    Change::of(insert).commit(ctx).await?;
    Ok(id)
}
