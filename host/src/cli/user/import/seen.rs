//! Which line brought which id and address, so that a clash within the file is named with both.

use rusqlite::{Connection, OptionalExtension as _, params};

/// A table in a temporary file of SQLite's, which nobody else can open and which goes with the process: it takes no more memory for a
/// million people than for one.
pub struct Seen {
    table: Connection,
}

/// The line that was first, as the line that comes later is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum First {
    /// To bring the id.
    #[error("id: it is that of line {0}")]
    Id(u64),
    /// To bring the address.
    #[error("email: in its normal form, it is that of line {0}")]
    Address(u64),
}

impl Seen {
    /// Nothing yet.
    pub fn new() -> rusqlite::Result<Self> {
        let table = Connection::open("")?;
        table.execute_batch(
            "PRAGMA journal_mode = OFF;
             PRAGMA synchronous = OFF;
             CREATE TABLE seen (line INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE);
             BEGIN",
        )?;
        Ok(Self { table })
    }

    /// Notes a line, unless another has brought its id or address.
    pub fn note(&self, line: u64, id: &str, email: &str) -> rusqlite::Result<Result<(), First>> {
        let noted = self
            .table
            .prepare_cached("INSERT INTO seen (line, id, email) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute(params![line, id, email])?;
        if noted == 1 {
            return Ok(Ok(()));
        }
        if let Some(first) = self.line_of(id)? {
            return Ok(Err(First::Id(first)));
        }
        let first = self
            .table
            .prepare_cached("SELECT line FROM seen WHERE email = ?1")?
            .query_row(params![email], |row| row.get(0))?;
        Ok(Err(First::Address(first)))
    }

    /// The line that brought the account with this id, if one has.
    pub fn line_of(&self, id: &str) -> rusqlite::Result<Option<u64>> {
        self.table
            .prepare_cached("SELECT line FROM seen WHERE id = ?1")?
            .query_row(params![id], |row| row.get(0))
            .optional()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_named() {
        let seen = Seen::new().unwrap();
        assert_eq!(seen.note(1, "a", "ada@example.org"), Ok(Ok(())));
        assert_eq!(seen.note(2, "b", "bob@example.org"), Ok(Ok(())));
        assert_eq!(seen.note(3, "a", "carol@example.org"), Ok(Err(First::Id(1))));
        assert_eq!(seen.note(4, "d", "bob@example.org"), Ok(Err(First::Address(2))));
        assert_eq!(seen.note(5, "a", "bob@example.org"), Ok(Err(First::Id(1))));
        assert_eq!((seen.line_of("b"), seen.line_of("d")), (Ok(Some(2)), Ok(None)));
    }
}
