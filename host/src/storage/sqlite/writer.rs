//! The one thread that writes. Batches that wait together are committed together: one flush to disk for all.

use super::open::{self, OpenError, SqliteOptions, WriterConnection};
use super::{batch, errors};
use crate::storage::counts::Counts;
use crate::storage::{
    Error, Statement,
    queue::{CommitResult, Job, Jobs, Queue, queue},
};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self, JoinHandle};

/// Batches in one commit: enough to share a flush, few enough that the first does not wait long for the last.
const GROUP: usize = 64;

/// The thread that writes, and the way to it.
pub(super) struct Writer {
    queue: Option<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the database and starts the thread.
    pub(super) fn start(options: &SqliteOptions, counts: Arc<Counts>) -> Result<Self, OpenError> {
        let connection = open::writer(options)?;
        let (queue, jobs) = queue(options.queue);
        let group = Group { connection, counts };
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(&group, jobs))
            .map_err(OpenError::Thread)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// The queue before it.
    pub(super) fn queue(&self) -> Result<&Queue, Error> {
        self.queue.as_ref().ok_or(Error::Unavailable)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // An error is a panic of that thread, which has been reported where it happened.
            let _ = thread.join();
        }
    }
}

/// One group after the other, until nobody can send any more.
fn serve(group: &Group, mut jobs: Jobs) {
    while let Some(first) = jobs.blocking_next() {
        let begun = group.begin();
        // Whoever arrived while we waited for the lock is part of the group, also when we did not get it.
        let members = jobs.group(first, GROUP);
        match begun.and_then(|()| group.commit(&members)) {
            Ok(answers) => {
                for (job, answer) in members.into_iter().zip(answers) {
                    job.answer(answer);
                }
            }
            // One of them broke a rule in a way that undid the others as well (a deferred foreign key,
            // `ON CONFLICT ROLLBACK`): to each its own commit.
            Err(Error::Conflict(_) | Error::Rejected(_)) if members.len() > 1 => {
                for job in members {
                    let answer = group.alone(&job);
                    job.answer(answer);
                }
            }
            Err(error) => {
                for job in members {
                    job.answer(Err(error.clone()));
                }
            }
        }
    }
}

/// The transaction that a group of batches shares.
struct Group {
    connection: WriterConnection,
    counts: Arc<Counts>,
}

impl Group {
    fn begin(&self) -> Result<(), Error> {
        self.control("BEGIN IMMEDIATE").map_err(|error| errors::of_control(&error))
    }

    /// A group of one.
    fn alone(&self, job: &Job) -> CommitResult {
        self.begin()?;
        self.commit(std::slice::from_ref(job))?.pop().unwrap_or(Err(Error::OutcomeUnknown))
    }

    /// Runs each batch and commits those that succeeded. An error means that all of it was undone.
    fn commit(&self, jobs: &[Job]) -> Result<Vec<CommitResult>, Error> {
        let outcome = self.try_commit(jobs);
        if !self.connection.connection.is_autocommit() {
            // Nothing to commit, or not possible. Should this fail, the next BEGIN says so.
            let _ = self.control("ROLLBACK");
        }
        outcome
    }

    fn try_commit(&self, jobs: &[Job]) -> Result<Vec<CommitResult>, Error> {
        let answers = jobs.iter().map(|job| self.batch(&job.statements)).collect::<Result<Vec<_>, _>>()?;
        if answers.iter().any(Result::is_ok) {
            let statements = jobs.last().map_or(0, |job| job.statements.len());
            self.control("COMMIT").map_err(|error| errors::of_commit(statements, &error))?;
            self.counts.commit();
        }
        Ok(answers)
    }

    /// One batch in a savepoint, so that its failure is its own. The outer error is the whole group's.
    fn batch(&self, statements: &[Statement]) -> Result<CommitResult, Error> {
        let control = |sql| self.control(sql).map_err(|error| errors::of_control(&error));
        control("SAVEPOINT batch")?;
        self.connection.fenced.store(true, Relaxed);
        let answer = batch::run(&self.connection.connection, statements, &self.counts);
        self.connection.fenced.store(false, Relaxed);
        // A full disk and some other errors make SQLite undo everything on its own
        // (https://sqlite.org/lang_transaction.html, 2.3). What came before must not be answered as done.
        if self.connection.connection.is_autocommit() {
            return Err(answer.err().unwrap_or(Error::OutcomeUnknown));
        }
        control(if answer.is_ok() { "RELEASE batch" } else { "ROLLBACK TO batch; RELEASE batch" })?;
        Ok(answer)
    }

    /// Our own statements are prepared anew each time: among the cached ones a caller's could find them, past the
    /// fence that is asked only when a statement is prepared.
    fn control(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.connection.execute_batch(sql)
    }
}
