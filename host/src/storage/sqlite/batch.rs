//! One batch: its statements in order, up to the first that fails.

use super::{errors, values};
use crate::storage::counts::Counts;
use crate::storage::{Error, Statement, bounds::rejected};
use rusqlite::Connection;

/// Runs the statements. After an error the caller undoes those before it.
pub(super) fn run(
    connection: &Connection,
    statements: &[Statement],
    counts: &Counts,
) -> Result<Vec<u64>, Error> {
    (0..).zip(statements).map(|(index, statement)| execute(connection, index, statement, counts)).collect()
}

fn execute(
    connection: &Connection,
    index: u32,
    statement: &Statement,
    counts: &Counts,
) -> Result<u64, Error> {
    counts.change();
    let mut prepared =
        connection.prepare_cached(&statement.sql).map_err(|error| errors::of_prepare(index, &error))?;
    if prepared.column_count() > 0 {
        return Err(rejected(index, "a statement of a batch can't return rows"));
    }
    values::bind(&mut prepared, index, &statement.params)?;
    let before = connection.total_changes();
    prepared.raw_execute().map_err(|error| errors::of_run(index, &error))?;
    // A statement that is no INSERT, UPDATE or DELETE leaves `changes` as the one before it did. `total_changes`
    // can't be the answer: it counts what triggers changed as well.
    let affected = if connection.total_changes() == before { 0 } else { connection.changes() };
    match statement.expect {
        Some(expected) if expected != affected => Err(Error::Unmet(index)),
        _ => Ok(affected),
    }
}
