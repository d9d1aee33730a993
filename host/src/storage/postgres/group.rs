//! The transaction that a group of batches shares.

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
    types::{ToSql, Type},
};

/// Statements that stay prepared: more than the component has.
const STATEMENTS: usize = 512;

/// A connection that writes, and what is prepared there.
pub(super) struct Session {
    connection: Object,
    prepared: HashMap<String, Prepared>,
    keeps_statements: bool,
    complaints: Arc<Complaints>,
    /// Whether there is a schema, whose lock can be taken.
    has_schema: bool,
    is_committing: bool,
}

/// Why nothing was committed.
pub(super) enum Failed {
    /// All of it was undone.
    Undone(Error),
    /// The connection is gone, or in no known state.
    Lost,
}

type Answer = Result<u64, PgError>;

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

    /// Whether the COMMIT was sent, and not answered yet.
    pub(super) const fn is_committing(&self) -> bool {
        self.is_committing
    }

    pub(super) fn into_connection(self) -> Object {
        self.connection
    }

    fn control<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Answer> {
        Box::pin(async move { self.connection.batch_execute(sql).await.map(|()| 0) })
    }

    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Parameter]) -> BoxFuture<'a, Answer> {
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
    async fn prepare(&mut self, batches: &[Vec<Ready<'_>>]) {
        let all = batches.iter().flatten().map(|ready| &ready.sql);
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

/// A statement as it is sent.
struct Ready<'a> {
    sql: String,
    params: Vec<Parameter>,
    expect: &'a Option<u64>,
}

/// Runs each batch, and commits those that succeeded.
pub(super) async fn commit(
    session: &mut Session,
    batches: &[&[Statement]],
    counts: &Counts,
) -> Result<Vec<CommitResult>, Failed> {
    let ready: Vec<Vec<Ready<'_>>> = batches.iter().map(|batch| batch.iter().map(ready).collect()).collect();
    let outcome = match run(session, &ready, counts).await {
        Err(Failed::Undone(error)) => {
            // It may be undone already, which the server only warns of.
            session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
            Err(Failed::Undone(error))
        }
        outcome => outcome,
    };
    if outcome.is_ok() && session.keeps_statements {
        session.prepare(&ready).await;
    }
    outcome
}

fn ready(statement: &Statement) -> Ready<'_> {
    let params = statement.params.iter().cloned().map(Parameter).collect();
    Ready { sql: numbered_with_dollar(&statement.sql).into_owned(), params, expect: &statement.expect }
}

async fn run(
    session: &mut Session,
    batches: &[Vec<Ready<'_>>],
    counts: &Counts,
) -> Result<Vec<CommitResult>, Failed> {
    let mut outcomes: Vec<CommitResult> = Vec::with_capacity(batches.len());
    let mut first = begin(session.has_schema);
    while let Some(rest) = batches.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
        let mut answers = send(session, &first, outcomes.len(), rest).await.into_iter();
        if let Some(Err(error)) = answers.next() {
            if errors::is_of_no_table(&error) && session.has_schema {
                // The first migration makes the table whose lock it would take.
                session.has_schema = false;
                session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
                first = begin(false);
                continue;
            }
            return Err(undone(errors::of_control(&error, &session.complaints)));
        }
        first.clear();
        for batch in rest {
            let outcome = outcome(batch, &mut answers, counts, &session.complaints);
            let is_done = outcome.is_ok();
            match outcome {
                Err(Error::Busy) => return Err(Failed::Undone(Error::Busy)),
                Err(Error::Unavailable) => return Err(Failed::Lost),
                outcome => outcomes.push(outcome),
            }
            if !is_done {
                // Whatever followed it in the pipeline is undone with it, and comes again.
                first = format!("ROLLBACK TO SAVEPOINT batch_{}", outcomes.len() - 1);
                break;
            }
        }
    }
    session.has_schema = true;
    if outcomes.iter().all(Result::is_err) {
        session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
        return Ok(outcomes);
    }
    let last = if first.is_empty() { "COMMIT".to_owned() } else { format!("{first}; COMMIT") };
    session.is_committing = true;
    let committed = session.control(&last).await;
    if let Err(error) = committed {
        return Err(match errors::of_commit(&error, &session.complaints) {
            Error::OutcomeUnknown | Error::Unavailable => Failed::Lost,
            error => {
                session.is_committing = false;
                undone(error)
            }
        });
    }
    session.is_committing = false;
    counts.commit();
    Ok(outcomes)
}

/// In one string: the lock is had before anything else is answered.
fn begin(has_schema: bool) -> String {
    let lock = if has_schema { LOCK } else { "" };
    [&[BEGIN], BOUNDS.as_slice(), &[lock]].concat().join("; ")
}

fn undone(error: Error) -> Failed {
    match error {
        Error::Unavailable => Failed::Lost,
        error => Failed::Undone(error),
    }
}

/// Sends what comes first and every batch behind it, and waits for all of it.
async fn send(session: &Session, first: &str, done: usize, batches: &[Vec<Ready<'_>>]) -> Vec<Answer> {
    let savepoints: Vec<String> =
        (done..).take(batches.len()).map(|number| format!("SAVEPOINT batch_{number}")).collect();
    let mut sent = vec![session.control(first)];
    for (savepoint, batch) in savepoints.iter().zip(batches) {
        sent.push(session.control(savepoint));
        sent.extend(batch.iter().map(|ready| session.execute(&ready.sql, &ready.params)));
    }
    in_order(sent).await
}

/// What became of a batch: its savepoint and its statements are answered in their order.
fn outcome(
    batch: &[Ready<'_>],
    answers: &mut impl Iterator<Item = Answer>,
    counts: &Counts,
    complaints: &Complaints,
) -> CommitResult {
    let savepoint = answers.next().unwrap_or(Ok(0)).map_err(|error| errors::of_control(&error, complaints));
    let answers: Vec<Answer> = answers.take(batch.len()).collect();
    savepoint?;
    let mut affected = Vec::with_capacity(batch.len());
    for ((number, ready), answer) in (0..).zip(batch).zip(answers) {
        counts.change();
        let rows = answer.map_err(|error| errors::typed(number, &error, complaints))?;
        if ready.expect.is_some_and(|expected| expected != rows) {
            return Err(Error::Unmet(number));
        }
        affected.push(rows);
    }
    Ok(affected)
}
