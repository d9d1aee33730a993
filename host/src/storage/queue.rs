//! Batches that wait for the one writer.

use super::{Error, Statement};
use crate::clock::Clock;
use futures::future::{Either, select};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

/// What became of a batch.
pub(super) type CommitResult = Result<Vec<u64>, Error>;

/// The way to the writer. It ends when this is dropped, once every batch that was handed over is answered.
pub(super) struct Queue(mpsc::Sender<Job>);

/// The writer's end.
pub(super) struct Jobs(mpsc::Receiver<Job>);

/// A batch, and who waits for its outcome.
pub(super) struct Job {
    pub(super) statements: Vec<Statement>,
    claimed: Arc<AtomicBool>,
    answer: oneshot::Sender<CommitResult>,
}

/// Room for so many batches.
pub(super) fn queue(bound: usize) -> (Queue, Jobs) {
    let (sender, receiver) = mpsc::channel(bound);
    (Queue(sender), Jobs(receiver))
}

impl Queue {
    /// Hands over a batch, and waits for its outcome. Once the writer has begun with it, it runs to its end. `busy` where it has not begun within
    /// the limit.
    pub(super) async fn commit(
        &self,
        statements: Vec<Statement>,
        clock: &dyn Clock,
        limit: Duration,
    ) -> CommitResult {
        let (sender, mut answer) = oneshot::channel();
        let claimed = Arc::new(AtomicBool::new(false));
        let job = Job { statements, claimed: Arc::clone(&claimed), answer: sender };
        self.0.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::Unavailable,
        })?;
        match select(&mut answer, clock.sleep(limit)).await {
            Either::Left((outcome, _)) => outcome.unwrap_or(Err(Error::OutcomeUnknown)),
            Either::Right(((), _)) if !claimed.swap(true, Relaxed) => Err(Error::Busy),
            Either::Right(((), _)) => Err(Error::OutcomeUnknown),
        }
    }
}

impl Jobs {
    /// Waits for a batch. None: nobody can hand over any more.
    pub(super) async fn next(&mut self) -> Option<Job> {
        self.0.recv().await
    }

    /// The same on a thread of one's own.
    pub(super) fn blocking_next(&mut self) -> Option<Job> {
        self.0.blocking_recv()
    }

    /// This one and those that wait behind it, at most so many, as far as they are still wanted.
    pub(super) fn group(&mut self, first: Job, most: usize) -> Vec<Job> {
        let waiting = std::iter::from_fn(|| self.0.try_recv().ok()).take(most.saturating_sub(1));
        std::iter::once(first).chain(waiting).filter(Job::claim).collect()
    }
}

impl Job {
    /// Whether the batch is still wanted. Afterwards it can't be withdrawn.
    fn claim(&self) -> bool {
        !self.claimed.swap(true, Relaxed)
    }

    pub(super) fn answer(self, outcome: CommitResult) {
        // The caller may have gone. That changes nothing.
        let _ = self.answer.send(outcome);
    }
}
