//! The import `invalidations`, in this crate's types: whether what was read before still holds.

mod reuse;
mod rows;

pub use reuse::Reuse;
pub use rows::{begin_lineage, prune, prune_starts};

use crate::{
    bindings::mana::auth::invalidations::{self as import, Glance},
    error::{Bug, Failure},
    ids::{SessionId, UserId},
    storage::Columns,
};

pub use mana_auth_positions::{Freshness, Position};

/// Where in the order of commits something was read.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the read covers.
    pub as_of: Position,
    /// What tells the signing keys there from any others.
    pub keys: Option<String>,
}

impl Snapshot {
    /// SQL expressions. Selected along with whatever else is read, they are of the very snapshot that it is of.
    pub const COLUMNS: &str = rows::SNAPSHOT;

    /// Of this moment, at the cost of a query.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn now() -> Result<Self, Failure> {
        let read = |row: &mut Columns| Self::read(row);
        rows::snapshot(read).await?.ok_or(Failure::Bug(Bug::Missing("the row of a query without a table")))
    }

    /// Reads [`Snapshot::COLUMNS`].
    ///
    /// # Errors
    ///
    /// Where the row holds something else.
    pub fn read(row: &mut Columns) -> Result<Self, Failure> {
        let (as_of, keys) = rows::read_snapshot(row)?;
        Ok(Self { as_of, keys })
    }
}

/// What an answer speaks of.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A session.
    Session(SessionId),
    /// A user.
    User(UserId),
    /// The signing keys.
    Keys,
}

impl Subject {
    /// As the import calls it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Session(id) => format!("s:{id}"),
            Self::User(id) => format!("u:{id}"),
            Self::Keys => "keys".to_owned(),
        }
    }
}

/// Whether anything of this changed after the position.
pub async fn check(subjects: &[Subject], as_of: Position) -> Freshness {
    let subjects: Vec<String> = subjects.iter().map(|subject| subject.name()).collect();
    let as_of = import::Position { start: as_of.start, id: as_of.id };
    let answer = match import::peek(&subjects, as_of) {
        Glance::Known(answer) => answer,
        Glance::Ask => import::check(subjects, as_of).await,
    };
    match answer {
        import::Answer::Current(import::Position { start, id }) => Freshness::Current(Position { start, id }),
        import::Answer::Touched => Freshness::Touched,
        import::Answer::Unknown => Freshness::Unknown,
    }
}

/// Whether a position lies in the history that this one, which is now, ends: not in one that was undone by restoring a backup, and
/// whose numbers others have taken since.
///
/// # Errors
///
/// Where storage fails.
pub async fn is_of_this_history(position: Position, now: Position) -> Result<bool, Failure> {
    if position.start == now.start {
        return Ok(true);
    }
    Ok(rows::start_before(position.id).await? == position.start)
}
