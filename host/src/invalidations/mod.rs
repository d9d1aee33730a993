//! The import `invalidations`: whether what was remembered still holds.

mod queried;
pub(crate) mod view;

pub use mana_auth_positions::{Freshness, Position};
pub use queried::QueriedInvalidations;
pub use view::View;

use async_trait::async_trait;

/// What changed lately, as `wit/invalidations.wit` describes it.
#[async_trait]
pub trait Invalidations: Send + Sync + 'static {
    /// Whether any of the subjects changed after the position, if that can be told without waiting.
    fn peek(&self, subjects: &[String], as_of: Position) -> Option<Freshness>;

    /// Whether any of the subjects changed after the position. Whatever was committed before the call counts.
    async fn check(&self, subjects: &[String], as_of: Position) -> Freshness;
}
