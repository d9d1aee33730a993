//! When an answer may be given again without being made again.

use super::{Position, Subject};
use crate::{platform::Metric, time::Time};

/// Says of an answer that it stays the same for as long as nobody touches its subjects, until its time is over.
#[derive(Clone, Debug)]
pub struct Reuse {
    /// The first moment at which this service would do anything else.
    pub until: Time,
    /// Whom it speaks of.
    pub subjects: Vec<Subject>,
    /// Where it was true.
    pub as_of: Position,
    /// What each use counts.
    pub count: Option<(Metric, &'static str)>,
}
