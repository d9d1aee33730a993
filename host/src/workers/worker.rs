//! One instance at work.

use super::{
    instance::Instance,
    job::{Flush, IN_FLIGHT, Job},
};
use crate::{
    bindings::Auth,
    imports::{HostState, LinearMemory},
    metrics::Metrics,
};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use wasmtime::component::Accessor;

/// An instance that has answered so many calls is replaced, so that no slow leak is for ever.
const MOST_CALLS: u64 = 1_000_000;

/// How an instance came to its end.
pub(super) struct End {
    /// Whether it had told before that it takes no more calls.
    pub(super) retired: bool,
    pub(super) trap: Option<wasmtime::Error>,
}

/// What an instance works on and whom it tells.
pub(super) struct Worker {
    pub(super) queue: async_channel::Receiver<Job>,
    pub(super) flushes: mpsc::Receiver<oneshot::Sender<Flush>>,
    /// Told once, when it takes no more calls and finishes those that it has.
    pub(super) retiring: mpsc::UnboundedSender<()>,
    pub(super) metrics: Arc<Metrics>,
}

impl Worker {
    /// Works until the queue is closed, the instance is worn, or it traps.
    pub(super) async fn work(mut self, mut instance: Instance) -> End {
        let memory = instance.memory();
        let mut retired = false;
        let worked = instance
            .run(async |accessor, auth| self.serve(accessor, auth, &memory, &mut retired).await)
            .await;
        End { retired, trap: worked.err() }
    }

    async fn serve(
        &mut self,
        accessor: &Accessor<HostState>,
        auth: &Auth,
        memory: &LinearMemory,
        retired: &mut bool,
    ) -> wasmtime::Result<()> {
        let mut live: FuturesUnordered<BoxFuture<'_, wasmtime::Result<()>>> = FuturesUnordered::new();
        let (mut calls, mut closed) = (0_u64, false);
        // A call that was just taken runs before the next one is: what it does first may take long, and others
        // are idle.
        let mut just_taken = false;
        loop {
            if !*retired && (calls >= MOST_CALLS || memory.is_worn()) {
                *retired = true;
                let _ = self.retiring.send(());
            }
            let accepting = !*retired && !closed;
            if !accepting && live.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some(ended) = live.next() => {
                    ended?;
                    just_taken = false;
                }
                () = tokio::task::yield_now(), if just_taken => just_taken = false,
                Some(done) = self.flushes.recv() => live.push(flush(accessor, auth, done).boxed()),
                job = self.queue.recv(), if accepting && !just_taken && live.len() < IN_FLIGHT => match job {
                    Ok(job) => {
                        calls += 1;
                        just_taken = true;
                        let job = job(accessor, auth);
                        let in_flight = InFlight::new(&self.metrics);
                        live.push(async move { let _in_flight = in_flight; job.await }.boxed());
                    }
                    Err(_) => closed = true,
                },
            }
        }
        drop(live);
        if auth.mana_auth_maintenance().call_flush(accessor).await?.is_err() {
            tracing::warn!("an instance ended and could not write what it had gathered");
        }
        Ok(())
    }
}

async fn flush(
    accessor: &Accessor<HostState>,
    auth: &Auth,
    done: oneshot::Sender<Flush>,
) -> wasmtime::Result<()> {
    let flushed = auth.mana_auth_maintenance().call_flush(accessor).await?;
    let _ = done.send(if flushed.is_ok() { Flush::Done } else { Flush::Failed });
    Ok(())
}

/// Counts a call for as long as it lasts, however it ends.
struct InFlight(Arc<Metrics>);

impl InFlight {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.in_flight.inc();
        Self(metrics.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}
