//! A connection that writes, and what goes over it.

use super::{
    complaints::Complaints, connections::Connections, errors, pipeline::in_order, values::Parameter,
};
use crate::storage::{Error, Statement, counts::Counts, queue::CommitResult};
use deadpool_postgres::Object;
use futures::future::BoxFuture;
use mana_auth_sql::{
    changes_rows, numbered_with_dollar,
    transaction::{BEGIN, BOUNDS, LOCK},
};
use std::{collections::HashMap, sync::Arc};
use tokio_postgres::{
    Error as PgError, Statement as Prepared,
    error::SqlState,
    types::{ToSql, Type},
};

/// Statements that stay prepared: more than the component has.
const STATEMENTS: usize = 512;

/// A connection that writes, and what is prepared there.
pub(super) struct Session {
    connection: Object,
    prepared: HashMap<String, Prepared>,
    keeps_statements: bool,
    pub(super) complaints: Arc<Complaints>,
    /// Whether there is a schema, whose lock can be taken.
    pub(super) has_schema: bool,
    /// Whether the COMMIT was sent, and not answered yet.
    pub(super) is_committing: bool,
}

/// Why nothing was committed.
pub(super) enum Failed {
    /// All of it was undone.
    Undone(Error),
    /// The connection is gone, or in no known state.
    Lost,
}

/// What the server says to one statement.
pub(super) type Answer = Result<u64, PgError>;

/// A statement as it is sent.
pub(super) struct Ready {
    pub(super) sql: String,
    pub(super) params: Vec<Parameter>,
    expect: Option<u64>,
    /// Whether the server itself holds it to what it expects.
    is_guarded: bool,
}

impl Ready {
    pub(super) fn new(statement: &Statement) -> Self {
        let params = statement.params.iter().cloned().map(Parameter).collect();
        let sql = numbered_with_dollar(&statement.sql).into_owned();
        Self { sql, params, expect: statement.expect, is_guarded: false }
    }

    /// The same, failing where it changes another number of rows than it expects; none where that can't be said in SQL. Nothing of ours divides by
    /// zero otherwise.
    pub(super) fn guarded(self) -> Option<Self> {
        let Some(expected) = self.expect else { return Some(self) };
        if !["INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| self.sql.starts_with(verb)) {
            return None;
        }
        let guard = format!("SELECT 1 / CASE count(*) WHEN {expected} THEN 1 ELSE 0 END FROM changed");
        let sql = format!("WITH changed AS ({} RETURNING 1) {guard}", self.sql);
        Some(Self { sql, is_guarded: true, ..self })
    }

    /// How many rows it has changed.
    fn affected(&self, number: u32, answer: Answer, complaints: &Complaints) -> Result<u64, Error> {
        match (answer, self.expect) {
            (Ok(_), Some(expected)) if self.is_guarded => Ok(expected),
            (Ok(rows), Some(expected)) if rows != expected => Err(Error::Unmet(number)),
            (Ok(rows), _) => Ok(rows),
            (Err(error), _) if self.is_guarded && error.code() == Some(&SqlState::DIVISION_BY_ZERO) => {
                Err(Error::Unmet(number))
            }
            (Err(error), _) => Err(errors::typed(number, &error, complaints)),
        }
    }
}

impl Session {
    /// On a connection of these.
    pub(super) fn new(connection: Object, connections: &Connections) -> Self {
        Self {
            connection,
            prepared: HashMap::new(),
            keeps_statements: connections.keeps_statements(),
            complaints: Arc::clone(connections.complaints()),
            has_schema: true,
            is_committing: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }

    pub(super) fn into_connection(self) -> Object {
        self.connection
    }

    /// A statement without parameters, or several.
    pub(super) fn control<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(async move { self.connection.batch_execute(sql).await.map(|()| 0) })
    }

    /// Tells how many rows it has changed.
    pub(super) fn execute<'a>(&'a self, sql: &'a str, params: &'a [Parameter]) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            let affected = match self.prepared.get(sql) {
                Some(prepared) => self.connection.execute_raw(prepared, params).await?,
                None => {
                    let typed: Vec<(&(dyn ToSql + Sync), Type)> =
                        params.iter().map(|param| (param as _, param.own_type())).collect();
                    self.connection.execute_typed(sql, &typed).await?
                }
            };
            // Of a SELECT, PostgreSQL tells how many rows it read.
            Ok(if changes_rows(sql) { affected } else { 0 })
        })
    }

    /// Prepares what was used, for the next time. What changes the schema is used once.
    pub(super) async fn prepare(&mut self, used: impl Iterator<Item = &Ready>) {
        if !self.keeps_statements {
            return;
        }
        let all = used.map(|ready| &ready.sql);
        let mut new: Vec<&String> =
            all.filter(|sql| changes_rows(sql) && !self.prepared.contains_key(*sql)).collect();
        new.sort_unstable();
        new.dedup();
        new.truncate(STATEMENTS.saturating_sub(self.prepared.len()));
        let prepared = in_order(new.iter().map(|sql| self.connection.prepare(sql)).collect()).await;
        let found = new.into_iter().zip(prepared).filter_map(|(sql, one)| Some((sql.clone(), one.ok()?)));
        self.prepared.extend(found.collect::<Vec<_>>());
    }
}

/// How many rows each statement has changed, or what was wrong with the first that failed.
pub(super) fn affected(
    session: &Session,
    batch: &[Ready],
    answers: impl Iterator<Item = Answer>,
    counts: &Counts,
) -> CommitResult {
    let mut affected = Vec::with_capacity(batch.len());
    for ((number, ready), answer) in (0..).zip(batch).zip(answers) {
        counts.change();
        affected.push(ready.affected(number, answer, &session.complaints)?);
    }
    Ok(affected)
}

/// In one string: the lock is had before anything else is answered.
pub(super) fn begin(has_schema: bool) -> String {
    let lock = if has_schema { LOCK } else { "" };
    [&[BEGIN], BOUNDS.as_slice(), &[lock]].concat().join("; ")
}

/// What has failed, and undone everything.
pub(super) fn undone(error: Error) -> Failed {
    match error {
        Error::Unavailable => Failed::Lost,
        error => Failed::Undone(error),
    }
}

/// Ends the transaction where something failed. It may be over already, which the server only warns of.
pub(super) async fn undo_if_failed<T>(session: &Session, outcome: Result<T, Failed>) -> Result<T, Failed> {
    if let Err(Failed::Undone(_)) = outcome {
        session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
    }
    outcome
}
