//! [`Passwords`] on threads of its own.

use super::{
    Behalf, Error, Estimate, LiveRequests, Parameters, Passwords, Verdict,
    job::{Job, PendingResult},
    schedule::{JobKind, Schedule},
};
use crate::{clock::Clock, random::Random};
use async_trait::async_trait;
use mana_auth_passwords::{Blocklist, Memory, SALT_LENGTH};
use prometheus_client::metrics::histogram::Histogram;
use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};
use zeroize::Zeroizing;

/// How a [`Pool`] is made.
#[derive(Clone, Debug)]
pub struct PoolOptions {
    /// How many threads hash; at least one. Each keeps as much memory as a hash needs, 19 MiB by default, from its
    /// first hash on.
    pub threads: usize,
    /// How many hashes may wait, and as many estimates; at least one. Past it callers are told that it is busy. A
    /// default hash takes about 25 ms, so 40 places for each thread are a second of waiting.
    pub places: usize,
    /// Passwords that the operator refuses.
    pub blocklist: Blocklist,
}

impl Default for PoolOptions {
    /// A thread for each core, and 32 places for each.
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, Into::into);
        Self { threads, places: 32 * threads, blocklist: Blocklist::default() }
    }
}

/// What a [`Pool`] is doing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Gauges {
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs that a thread is computing, at most as many as there are threads.
    pub running: usize,
}

/// Threads that hash passwords, below the priority of those that answer requests, with a bounded queue before them
/// that is fair between the clients' networks.
///
/// Dropping it ends the threads, each after the job that it is computing; what is queued is answered with
/// [`Error::Busy`].
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    random: Arc<dyn Random>,
    blocklist: Arc<Blocklist>,
    waits: Option<Waits>,
}

/// Where it is told how long jobs wait.
struct Waits {
    clock: Arc<dyn Clock>,
    seconds: Histogram,
}

struct Shared {
    state: Mutex<PoolState>,
    /// Signalled for each job, and for all at the end.
    changed: Condvar,
    live: LiveRequests,
}

struct PoolState {
    schedule: Schedule<Job>,
    running: usize,
    closed: bool,
}

impl Pool {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no thread.
    pub fn start(options: PoolOptions, random: Arc<dyn Random>, live: LiveRequests) -> io::Result<Self> {
        let state = PoolState { schedule: Schedule::new(options.places), running: 0, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), live });
        let blocklist = Arc::new(options.blocklist);
        let mut pool = Self { shared, threads: Vec::new(), random, blocklist, waits: None };
        for n in 0..options.threads.max(1) {
            let shared = pool.shared.clone();
            let thread =
                thread::Builder::new().name(format!("passwords-{n}")).spawn(move || shared.serve())?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Tells a histogram how long each job waits for a thread, in seconds.
    pub(crate) fn measuring(mut self, clock: Arc<dyn Clock>, seconds: Histogram) -> Self {
        self.waits = Some(Waits { clock, seconds });
        self
    }

    /// What it is doing at this moment.
    #[must_use]
    pub fn gauges(&self) -> Gauges {
        let state = self.shared.lock();
        Gauges { queued: state.schedule.len(), running: state.running }
    }

    /// Queues a hash or an estimate.
    fn queue<T: Send + 'static>(
        &self,
        kind: JobKind,
        behalf: Behalf,
        compute: impl FnOnce(&mut Memory) -> Result<T, Error> + Send + 'static,
    ) -> PendingResult<T> {
        let Behalf { request, network, known_device } = behalf;
        let waits = self
            .waits
            .as_ref()
            .map(|waits| (waits.clock.clone(), waits.clock.elapsed(), waits.seconds.clone()));
        let compute = move |memory: &mut Memory| {
            if let Some((clock, since, seconds)) = waits {
                seconds.observe(clock.elapsed().saturating_sub(since).as_secs_f64());
            }
            compute(memory)
        };
        let (job, answer) = Job::new(request, &self.shared.live, compute);
        self.shared.push(|schedule, live| {
            schedule.push(kind, network.as_deref(), known_device, job, |job| job.is_wanted(live))
        });
        answer
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        // Every job in it ends here, and with it the wait for its answer.
        state.schedule = Schedule::new(1);
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads.len()).field("gauges", &self.gauges()).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, push: impl FnOnce(&mut Schedule<Job>, &LiveRequests) -> Option<Job>) {
        let turned_away = push(&mut self.lock().schedule, &self.live);
        if turned_away.is_none() {
            self.changed.notify_one();
        }
    }

    /// What each thread does.
    fn serve(&self) {
        lower_priority();
        let mut memory = Memory::default();
        while let Some(job) = self.next() {
            if job.is_wanted(&self.live) && catch_unwind(AssertUnwindSafe(|| job.run(&mut memory))).is_err() {
                tracing::error!("a password job ended in a panic");
                memory = Memory::default();
            }
            self.lock().running -= 1;
        }
    }

    /// Waits for a job; none at the end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.schedule.pop() {
                state.running += 1;
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The nice value of the threads. Beside two threads that compute without pause, reading sessions went from 20,000
/// (nice 0) to 25,700 requests a second (nice 10). At 19 it was 31,600, but while reads saturate the cores, sign-ins
/// then starve.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Applies to the calling thread alone, which only Linux offers; elsewhere the priority stays.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
        tracing::warn!(%error, "password threads run at normal priority");
    }
}

#[async_trait]
impl Passwords for Pool {
    async fn strength(
        &self,
        password: String,
        hints: Vec<String>,
        behalf: Behalf,
    ) -> Result<Estimate, Error> {
        let password = Zeroizing::new(password);
        let blocklist = self.blocklist.clone();
        let answer = self.queue(JobKind::Estimate, behalf, move |_| {
            Ok(mana_auth_passwords::strength(&password, &hints, &blocklist).into())
        });
        answer.await.unwrap_or(Err(Error::Busy))
    }

    async fn hash(
        &self,
        password: String,
        parameters: Parameters,
        beside: Option<String>,
        behalf: Behalf,
    ) -> Result<String, Error> {
        let password = Zeroizing::new(password);
        let parameters = parameters.try_into()?;
        let mut salt = [0; SALT_LENGTH];
        if let Err(error) = self.random.fill(&mut salt) {
            tracing::error!(%error, "no salt for a password");
            return Err(Error::Busy);
        }
        let answer = self.queue(JobKind::Hash, behalf, move |memory| {
            let beside = beside.as_deref();
            Ok(mana_auth_passwords::hash_beside(&password, beside, &salt, parameters, memory)?)
        });
        answer.await.unwrap_or(Err(Error::Busy))
    }

    async fn verify(
        &self,
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        behalf: Behalf,
    ) -> Result<Vec<Result<Verdict, Error>>, Error> {
        let password = Zeroizing::new(password);
        let current = current.try_into()?;
        let answer = self.queue(JobKind::Hash, behalf, move |memory| {
            let encoded: Vec<_> = encoded.iter().map(Option::as_deref).collect();
            let verdicts = mana_auth_passwords::verify_all(&password, &encoded, current, memory);
            Ok(verdicts.into_iter().map(|verdict| Ok(verdict?.into())).collect())
        });
        answer.await.unwrap_or(Err(Error::Busy))
    }
}

#[cfg(test)]
mod tests;
