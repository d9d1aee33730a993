//! What runs the component: a fixed number of instances, one queue before them, and somebody who replaces
//! those that trap or grow old.
//!
//! ```text
//!  Workers::call ──try_send──▶ queue ──▶ Worker (store, instance, run_concurrent) × config.workers
//!                    full: Overloaded          │ trap, growth, age
//!                                              ▼
//!                                          Supervisor: sends in the spare, prepares the next one
//! ```

mod errors;
mod instance;
mod job;
mod program;
mod runaway;
mod supervisor;
mod traps;
mod worker;

pub use errors::{PrepareError, StartError};
pub use instance::Instance;
pub(crate) use job::IN_FLIGHT;
pub(crate) use program::Program;

use crate::{bindings::Auth, clock::Clock, imports::HostState, metrics::Metrics};
use futures::future::{BoxFuture, Either, FutureExt as _, join_all, select};
use job::{Flush, Job};
use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use supervisor::Supervisor;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};
use wasmtime::component::{Accessor, Component};

/// Why a call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The queue is full, or the server is shutting down. Nothing was begun.
    #[error("too many requests are waiting")]
    Overloaded,
    /// The instance that worked on it was ended by a trap. It may have changed something, or not.
    #[error("the instance that worked on it has ended")]
    Trapped,
}

/// The running instances, and the way to them.
pub(crate) struct Workers {
    component: Component,
    queue: async_channel::Sender<Job>,
    flushes: mpsc::Sender<oneshot::Sender<Vec<oneshot::Receiver<Flush>>>>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
    backing_off: watch::Receiver<bool>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

impl Workers {
    /// Starts `count` instances and a spare one, the first of them as the one that serves.
    pub(crate) async fn start(
        program: Program,
        count: usize,
        queue: usize,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StartError> {
        let mut instances = Vec::with_capacity(count);
        for serving in (0..count.max(1)).map(|n| n == 0) {
            let mut instance = program.instance().await?;
            instance.start(serving).await?;
            instances.push(instance);
        }
        let (sender, receiver) = async_channel::bounded(queue.max(1));
        let (flushes, flush_orders) = mpsc::channel(1);
        let (backs_off, backing_off) = watch::channel(false);
        let component = program.component().clone();
        let supervisor =
            Supervisor::new(program, receiver, flush_orders, backs_off, clock.clone(), metrics.clone());
        let supervisor = Mutex::new(Some(tokio::spawn(supervisor.run(instances))));
        Ok(Self { component, queue: sender, flushes, supervisor, backing_off, clock, metrics })
    }

    /// What the instances are of.
    pub(crate) const fn component(&self) -> &Component {
        &self.component
    }

    /// Puts a call into the queue and waits for its answer. Dropping the future does not cancel the call.
    pub(crate) async fn call<R: Send + 'static>(
        &self,
        call: impl for<'a> FnOnce(&'a Accessor<HostState>, &'a Auth) -> BoxFuture<'a, wasmtime::Result<R>>
        + Send
        + 'static,
    ) -> Result<R, CallError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |accessor, auth| {
            let call = call(accessor, auth);
            async move {
                // Whoever asked may have gone; the call was made to its end all the same.
                let _ = answer.send(call.await?);
                Ok(())
            }
            .boxed()
        });
        if self.queue.try_send(job).is_err() {
            self.metrics.rejected.inc();
            return Err(CallError::Overloaded);
        }
        answered.await.map_err(|_| CallError::Trapped)
    }

    /// How many calls wait for an instance.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Returns when so many instances trapped lately that replacements wait, or when there will be none.
    pub(crate) async fn backing_off(&self) {
        let mut backing_off = self.backing_off.clone();
        // An error says that the supervisor has gone.
        let _ = backing_off.wait_for(|backing_off| *backing_off).await;
    }

    /// Has every instance write what it gathered in memory; false where one did not.
    pub(crate) async fn flush(&self) -> bool {
        let (order, ordered) = oneshot::channel();
        if self.flushes.send(order).await.is_err() {
            return false;
        }
        let Ok(flushes) = ordered.await else { return false };
        join_all(flushes).await.into_iter().all(|flush| matches!(flush, Ok(Flush::Done)))
    }

    /// Lets the instances finish what they began and flush, for at most `limit`.
    pub(crate) async fn shut_down(&self, limit: Duration) {
        self.queue.close();
        let supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(supervisor) = supervisor else { return };
        let stop = supervisor.abort_handle();
        if let Either::Right(_) = select(pin!(supervisor), self.clock.sleep(limit)).await {
            tracing::warn!("instances did not finish in time");
            stop.abort();
        }
    }
}
