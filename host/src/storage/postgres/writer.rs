//! The one task that writes on this node. Batches that wait together are committed together, as on SQLite: a savepoint for each, one COMMIT for
//! all. Each group is two waits for the server: for the lock and every statement, and for the COMMIT. Who waits alone is one.

use super::{
    alone,
    connections::{Connections, close},
    group,
    session::{Failed, Ready, Session, undo_if_failed},
};
use crate::{
    clock::Clock,
    random::Random,
    storage::{
        Error, Statement,
        counts::Counts,
        queue::{CommitResult, Job, Jobs},
    },
};
use futures::future::{Either, select};
use std::{pin::pin, sync::Arc, time::Duration};

/// Batches in one commit: each is a savepoint, and a failed one has those behind it run again.
const GROUP: usize = 16;

/// How often a group is tried while others are in the way.
const ATTEMPTS: u32 = 5;

/// No attempt begins after so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one attempt may take. Behind it the server's own bounds are reached, or the server is not.
const ATTEMPT: Duration = Duration::from_secs(8);

/// The longest pause after the first attempt, which doubles with each.
const PAUSE: Duration = Duration::from_millis(10);

/// Commits what is handed over.
pub(super) struct Writer {
    connections: Connections,
    session: Option<Session>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    counts: Arc<Counts>,
}

impl Writer {
    pub(super) fn new(
        connections: Connections,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        counts: Arc<Counts>,
    ) -> Self {
        Self { connections, session: None, clock, random, counts }
    }

    /// One group after the other, until nobody can hand over any more.
    pub(super) async fn serve(mut self, mut jobs: Jobs) {
        while let Some(first) = jobs.next().await {
            let members = jobs.group(first, GROUP);
            let batches: Vec<&[Statement]> = members.iter().map(|job| job.statements.as_slice()).collect();
            let outcomes = self.commit(&batches).await;
            answer(members, outcomes);
        }
    }

    /// Tries again while others are in the way: a batch says what it expects, so it can be repeated.
    async fn commit(&mut self, batches: &[&[Statement]]) -> Result<Vec<CommitResult>, Error> {
        let begun = self.clock.elapsed();
        for failures in 1..ATTEMPTS {
            let outcome = self.attempt(batches).await;
            let is_late = self.clock.elapsed().saturating_sub(begun) > PATIENCE;
            if !matches!(outcome, Err(Error::Busy)) || is_late {
                return outcome;
            }
            self.clock.sleep(self.pause(failures)).await;
        }
        self.attempt(batches).await
    }

    /// Those who failed together must not come again together.
    fn pause(&self, failures: u32) -> Duration {
        let mut part = [u8::MAX];
        // Where there is no chance, everybody waits as long.
        let _ = self.random.fill(&mut part);
        PAUSE * 2_u32.saturating_pow(failures - 1) * u32::from(part[0]) / u32::from(u8::MAX)
    }

    async fn attempt(&mut self, batches: &[&[Statement]]) -> Result<Vec<CommitResult>, Error> {
        let mut session = match self.session.take() {
            Some(session) if !session.is_closed() => session,
            _ => Session::new(self.connections.get().await?, &self.connections),
        };
        let outcome = {
            let work = pin!(commit(&mut session, batches, &self.counts));
            match select(work, self.clock.sleep(ATTEMPT)).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right(_) => {
                    tracing::error!("the database does not answer");
                    Err(Failed::Lost)
                }
            }
        };
        let (outcome, is_over) = match outcome {
            Ok(outcomes) => (Ok(outcomes), true),
            // The server has answered: nothing is left open.
            Err(Failed::Undone(error)) => (Err(error), true),
            Err(Failed::Lost) if session.is_committing => (Err(Error::OutcomeUnknown), false),
            Err(Failed::Lost) => (Err(Error::Unavailable), false),
        };
        if is_over {
            self.session = Some(session);
        } else {
            close(session.into_connection());
        }
        outcome
    }
}

/// A batch that waits alone needs nobody to look at its answers before it is committed, where the server can do that.
async fn commit(
    session: &mut Session,
    batches: &[&[Statement]],
    counts: &Counts,
) -> Result<Vec<CommitResult>, Failed> {
    if let [batch] = batches
        && session.has_schema
        && let Some(batch) = batch.iter().map(|one| Ready::new(one).guarded()).collect::<Option<Vec<_>>>()
    {
        let outcome = alone::run(session, &batch, counts).await;
        if let Some(outcome) = undo_if_failed(session, outcome).await? {
            if outcome.is_ok() {
                session.prepare(batch.iter()).await;
            }
            return Ok(vec![outcome]);
        }
    }
    let batches: Vec<Vec<Ready>> =
        batches.iter().map(|batch| batch.iter().map(Ready::new).collect()).collect();
    let outcome = group::run(session, &batches, counts).await;
    let outcomes = undo_if_failed(session, outcome).await?;
    session.prepare(batches.iter().flatten()).await;
    Ok(outcomes)
}

fn answer(members: Vec<Job>, outcomes: Result<Vec<CommitResult>, Error>) {
    match outcomes {
        Ok(outcomes) => members.into_iter().zip(outcomes).for_each(|(job, outcome)| job.answer(outcome)),
        Err(error) => members.into_iter().for_each(|job| job.answer(Err(error.clone()))),
    }
}
