//! Keeps as many instances at work as there should be, and one more ready.

use super::{
    errors::StartError,
    instance::Instance,
    job::{Flush, Job},
    program::Program,
    traps::Traps,
    worker::{End, Worker},
};
use crate::{clock::Clock, metrics::Metrics};
use futures::future::{BoxFuture, FutureExt as _, OptionFuture};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{Id, JoinError, JoinSet},
};

/// How long to wait before another attempt to prepare an instance, after the database refused one.
const RETRY: Duration = Duration::from_secs(1);

/// Asks for the flush of every instance; the answer is one receiver for each.
type FlushOrder = oneshot::Sender<Vec<oneshot::Receiver<Flush>>>;

pub(super) struct Supervisor {
    program: Program,
    queue: async_channel::Receiver<Job>,
    flush_orders: mpsc::Receiver<FlushOrder>,
    workers: JoinSet<End>,
    /// The way to each instance at work.
    flushes: HashMap<Id, mpsc::Sender<oneshot::Sender<Flush>>>,
    retiring: (mpsc::UnboundedSender<()>, mpsc::UnboundedReceiver<()>),
    /// How many instances are missing.
    vacancies: usize,
    spare: Option<Instance>,
    preparing: JoinSet<Result<Instance, StartError>>,
    traps: Traps,
    pause: OptionFuture<BoxFuture<'static, ()>>,
    backing_off: watch::Sender<bool>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

impl Supervisor {
    pub(super) fn new(
        program: Program,
        queue: async_channel::Receiver<Job>,
        flush_orders: mpsc::Receiver<FlushOrder>,
        backing_off: watch::Sender<bool>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            program,
            queue,
            flush_orders,
            workers: JoinSet::new(),
            flushes: HashMap::new(),
            retiring: mpsc::unbounded_channel(),
            vacancies: 0,
            spare: None,
            preparing: JoinSet::new(),
            traps: Traps::default(),
            pause: None.into(),
            backing_off,
            clock,
            metrics,
        }
    }

    /// Runs until the queue is closed and every instance has finished.
    pub(super) async fn run(mut self, instances: Vec<Instance>) {
        for instance in instances {
            self.send_in(instance);
        }
        self.prepare(Duration::ZERO);
        loop {
            tokio::select! {
                Some(ended) = self.workers.join_next_with_id() => self.ended(ended),
                Some(prepared) = self.preparing.join_next() => self.prepared(prepared),
                Some(()) = self.retiring.1.recv() => self.vacancies += 1,
                Some(order) = self.flush_orders.recv() => {
                    let _ = order.send(self.flush());
                }
                Some(()) = &mut self.pause => {
                    self.pause = None.into();
                    self.backing_off.send_replace(false);
                }
            }
            let finished = self.queue.is_closed() && self.queue.is_empty();
            if finished && self.workers.is_empty() {
                return;
            }
            if !finished && !*self.backing_off.borrow() {
                self.fill();
            }
        }
    }

    fn fill(&mut self) {
        if self.vacancies > 0
            && let Some(spare) = self.spare.take()
        {
            self.vacancies -= 1;
            self.send_in(spare);
        }
        if self.spare.is_none() && self.preparing.is_empty() {
            self.prepare(Duration::ZERO);
        }
    }

    fn send_in(&mut self, instance: Instance) {
        let (flushes, orders) = mpsc::channel(1);
        let worker = Worker {
            queue: self.queue.clone(),
            flushes: orders,
            retiring: self.retiring.0.clone(),
            metrics: self.metrics.clone(),
        };
        let id = self.workers.spawn(worker.work(instance)).id();
        self.flushes.insert(id, flushes);
        self.metrics.instances.inc();
    }

    /// Prepares the next spare, after `delay`.
    fn prepare(&mut self, delay: Duration) {
        let (program, clock) = (self.program.clone(), self.clock.clone());
        self.preparing.spawn(async move {
            if !delay.is_zero() {
                clock.sleep(delay).await;
            }
            let mut instance = program.instance().await?;
            instance.start(false).await?;
            Ok(instance)
        });
    }

    fn prepared(&mut self, prepared: Result<Result<Instance, StartError>, JoinError>) {
        match prepared {
            Ok(Ok(instance)) => self.spare = Some(instance),
            Ok(Err(error)) => {
                tracing::error!(%error, "no further instance could be started");
                self.prepare(RETRY);
            }
            Err(panic) => {
                tracing::error!(%panic, "no further instance could be started");
                self.prepare(RETRY);
            }
        }
    }

    fn ended(&mut self, ended: Result<(Id, End), JoinError>) {
        self.metrics.instances.dec();
        let (id, retired, trap) = match ended {
            Ok((id, End { retired, trap })) => (id, retired, trap.map(|trap| format!("{trap:#}"))),
            // A panic is a bug of this program: as bad as a trap, and as well contained.
            Err(error) => (error.id(), false, Some(error.to_string())),
        };
        self.flushes.remove(&id);
        if !retired {
            self.vacancies += 1;
        }
        let Some(trap) = trap else { return };
        self.metrics.traps.inc();
        tracing::error!(trap, "an instance trapped and is replaced");
        if let Some(pause) = self.traps.note(self.clock.elapsed()) {
            tracing::error!(seconds = pause.as_secs(), "too many traps: replacements wait");
            self.backing_off.send_replace(true);
            let clock = self.clock.clone();
            self.pause = Some(async move { clock.sleep(pause).await }.boxed()).into();
        }
    }

    fn flush(&self) -> Vec<oneshot::Receiver<Flush>> {
        let order = |flushes: &mpsc::Sender<oneshot::Sender<Flush>>| {
            let (done, flushed) = oneshot::channel();
            // An instance that has not come to the last order yet need not have another.
            let _ = flushes.try_send(done);
            flushed
        };
        self.flushes.values().map(order).collect()
    }
}
