//! The import `invalidations`, in this crate's types: whether what was read before still holds.

use crate::{
    bindings::mana::auth::invalidations::{self as import, Glance},
    error::{Bug, Error},
    platform,
    storage::{self, Columns, Statement, statement},
};
use mana_auth_positions::{start, start_subject};
use uuid::Uuid;

pub use mana_auth_positions::{Answer, Position};

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
    pub const COLUMNS: &str = "(SELECT max(id) FROM invalidations), \
         (SELECT subject FROM invalidations INDEXED BY invalidations_starts WHERE subject GLOB 'start:*' ORDER BY id DESC LIMIT 1), \
         (SELECT group_concat(id || ' ' || signs_from || ' ' || coalesce(revoked_at, '')) FROM (SELECT * FROM jwks ORDER BY id))";

    /// Of this moment, at the cost of a query.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn now() -> Result<Self, Error> {
        let snapshot = storage::query_one(&format!("SELECT {}", Self::COLUMNS), vec![], Self::read).await?;
        snapshot.ok_or(Error::Bug(Bug::Missing("the row of a query without a table")))
    }

    /// Reads [`Snapshot::COLUMNS`].
    ///
    /// # Errors
    ///
    /// Where the row holds something else.
    pub fn read(row: &mut Columns) -> Result<Self, Error> {
        let id: Option<i64> = row.take()?;
        let newest_start: Option<String> = row.take()?;
        let as_of = Position {
            start: newest_start.as_deref().and_then(start).unwrap_or(0),
            id: id.and_then(|id| u64::try_from(id).ok()).unwrap_or(0),
        };
        Ok(Self { as_of, keys: row.take()? })
    }
}

/// What an answer speaks of.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A session.
    Session(Uuid),
    /// A user.
    User(Uuid),
    /// The signing keys.
    Keys,
}

impl Subject {
    fn name(self) -> String {
        match self {
            Self::Session(id) => format!("s:{id}"),
            Self::User(id) => format!("u:{id}"),
            Self::Keys => "keys".to_owned(),
        }
    }
}

/// Whether anything of this changed after the position.
pub async fn check(subjects: &[Subject], as_of: Position) -> Answer {
    let subjects: Vec<String> = subjects.iter().map(|subject| subject.name()).collect();
    let as_of = import::Position { start: as_of.start, id: as_of.id };
    let answer = match import::peek(&subjects, as_of) {
        Glance::Known(answer) => answer,
        Glance::Ask => import::check(subjects, as_of).await,
    };
    match answer {
        import::Answer::Current(import::Position { start, id }) => Answer::Current(Position { start, id }),
        import::Answer::Touched => Answer::Touched,
        import::Answer::Unknown => Answer::Unknown,
    }
}

/// Whether a position lies in the history that this one, which is now, ends: not in one that was undone by restoring a backup, and
/// whose numbers others have taken since.
///
/// # Errors
///
/// Where storage fails.
pub async fn is_of_this_history(position: Position, now: Position) -> Result<bool, Error> {
    if position.start == now.start {
        return Ok(true);
    }
    let sql = "SELECT subject FROM invalidations INDEXED BY invalidations_starts
               WHERE subject GLOB 'start:*' AND id <= ?1 ORDER BY id DESC LIMIT 1";
    let before = storage::query_one(sql, crate::params![position.id], |row| row.take::<String>()).await?;
    Ok(before.as_deref().and_then(start).unwrap_or(0) == position.start)
}

/// Begins a new lineage of positions: those from before a restored backup are then recognised.
#[must_use]
pub fn begin_lineage() -> Statement {
    let subject = start_subject(u64::from_be_bytes(platform::random()));
    statement("INSERT INTO invalidations (subject) VALUES (?1)", crate::params![subject])
}
