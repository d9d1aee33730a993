//! A house to test in: the server with everything around it replaced by what a test can hold and move.

mod client;
mod remembered;
mod storage;
mod wait;
pub mod wire;

pub use client::{Answer, Client, members};
pub use remembered::Told;
pub use storage::Recorder;
pub use wait::{eventually, pass};

use async_trait::async_trait;
use mana_auth::{
    BuildError, Server,
    artefact::Artefact,
    clock::TestClock,
    config::Config,
    passwords::{self, Behalf, Estimate, LiveRequests, Parameters, Passwords, Verdict},
    random::{Exhausted, Random},
};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A running server and everything around it.
pub struct House {
    pub server: Arc<Server>,
    pub api: Client,
    pub management: Client,
    pub clock: Arc<TestClock>,
    pub storage: Arc<Recorder>,
    pub random: Arc<Chance>,
    pub invalidations: Arc<Told>,
    pub live: LiveRequests,
    pub stop: oneshot::Sender<()>,
    pub served: JoinHandle<()>,
}

impl House {
    /// One worker, so that a test knows who does what.
    pub async fn with_one_worker() -> Self {
        Self::with(|_| ()).await
    }

    /// One worker, and what the test changes.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn build(change: impl FnOnce(&mut Config)) -> Result<Self, BuildError> {
        let (clock, storage, random) =
            (Arc::new(TestClock::default()), Arc::new(Recorder::default()), Arc::new(Chance::default()));
        let (live, invalidations) = (LiveRequests::default(), Arc::new(Told::default()));
        let mut config = Config::from_pairs([]).expect("the defaults are valid");
        config.workers = 1;
        // This guest knows none of the real one's keys.
        config.component.clear();
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let management = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let server = Server::builder()
            .config(config)
            .artefact(misbehaving())
            .storage(storage.clone())
            .invalidations(invalidations.clone())
            .passwords(Arc::new(NoPasswords), live.clone())
            .clock(clock.clone())
            .random(random.clone())
            .build()
            .await?;
        let server = Arc::new(server);
        let (api, managed) = (address(&listener), address(&management));
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn({
            let server = server.clone();
            async move { server.serve(listener, Some(management), async { drop(stopped.await) }).await }
        });
        let (api, management) = (Client::api(api), Client::management(managed));
        Ok(Self { server, api, management, clock, storage, random, invalidations, live, stop, served })
    }

    /// How many requests wait for an instance.
    pub async fn queued(&self) -> usize {
        let metrics = self.management.get("/metrics").await.body;
        let line = metrics.lines().find_map(|line| line.strip_prefix("mana_auth_queued "));
        line.and_then(|count| count.parse().ok()).expect("the gauge")
    }

    /// Moves time on, a step after the other, until the answer is there.
    pub async fn advance_until<T: Send + 'static>(
        &self,
        step: Duration,
        answer: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let answer = tokio::spawn(answer);
        eventually("an answer", async || {
            self.clock.advance(step);
            answer.is_finished()
        })
        .await;
        answer.await.expect("an answer")
    }

    /// A metric with its labels, as it is told now; none where it is not told.
    pub async fn metric(&self, name: &str) -> Option<i64> {
        let metrics = self.management.get("/metrics").await.body;
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map(|value| value.parse().expect("a whole number"))
    }
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("an address")
}

fn misbehaving() -> Artefact {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mana/misbehaving.cwasm");
    Artefact::precompiled(std::fs::read(path).expect("the misbehaving guest: run `make guests`"))
}

/// Random enough for tests, and broken when a test says so.
#[derive(Default)]
pub struct Chance {
    pub broken: AtomicBool,
}

impl Random for Chance {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Exhausted> {
        // Only the component asks for so much: ids of requests stay possible.
        if self.broken.load(Relaxed) && buffer.len() > 16 {
            return Err(Exhausted);
        }
        getrandom::fill(buffer).map_err(|_| Exhausted)
    }
}

/// This guest has no passwords.
struct NoPasswords;

#[async_trait]
impl Passwords for NoPasswords {
    async fn strength(&self, _: String, _: Vec<String>, _: Behalf) -> Result<Estimate, passwords::Error> {
        Err(passwords::Error::Busy)
    }

    async fn hash(
        &self,
        _: String,
        _: Parameters,
        _: Option<String>,
        behalf: Behalf,
    ) -> Result<String, passwords::Error> {
        Ok(behalf.request)
    }

    async fn verify(
        &self,
        _: String,
        _: Vec<Option<String>>,
        _: Parameters,
        _: Behalf,
    ) -> Result<Vec<Result<Verdict, passwords::Error>>, passwords::Error> {
        Err(passwords::Error::Busy)
    }
}
