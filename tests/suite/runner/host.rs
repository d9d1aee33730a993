//! The library, in this process: with a clock that tests move and chance that repeats itself.

use super::{Hooks, Runner, Settings, binary::database_in, postgres::Postgres};
use futures::future::BoxFuture;
use mana_auth::{
    Server,
    artefact::Artefact,
    clock::TestClock,
    config::Config,
    mail::Folder,
    passwords::{LiveRequests, Pool, PoolOptions},
    random::SeededRandom,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// What the next server of several draws its chance from.
static NODES: AtomicU64 = AtomicU64::new(1);

/// What is told against one that gives answers again: whatever ends, changes or belongs to somebody else.
pub const GIVEN_AGAIN: [&str; 18] = [
    "answers_given_again",
    "authentication",
    "bans",
    "clock_jumps",
    "cookies",
    "cookies_of_several_scopes",
    "cors",
    "hygiene",
    "https",
    "instant_revocation",
    "jwks",
    "keys_in_time",
    "metrics",
    "session",
    "session_cache",
    "session_cache_in_time",
    "sessions",
    "tokens_in_time",
];

/// The library, serving.
pub struct Host {
    address: String,
    management: String,
    data: PathBuf,
    clock: Arc<TestClock>,
    hooks: Hooks,
    server: Arc<Server>,
    shutdown: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    /// How often it was started: each start draws other chance.
    starts: u64,
}

impl Host {
    /// Starts it; or why it does not start.
    pub async fn start(
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        hooks: Hooks,
    ) -> Result<Self, String> {
        // Beside another process, it draws other chance.
        let starts = match hooks.postgres {
            Some(_) => NODES.fetch_add(1000, SeqCst),
            None if database_in(data).exists() => 1000,
            None => 1,
        };
        Self::start_again(data, settings, clock, hooks, starts).await
    }

    async fn start_again(
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        hooks: Hooks,
        starts: u64,
    ) -> Result<Self, String> {
        let folder = data.to_str().expect("a path in UTF-8");
        let pairs = settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let database = hooks.postgres.as_ref().map(|postgres| postgres.url());
        let database = database.as_deref().map(|url| ("database_url", url));
        let config =
            Config::from_pairs(pairs.chain([("data", folder), ("listen", "127.0.0.1:0")]).chain(database));
        let config = config.map_err(|error| error.to_string())?;
        let random = Arc::new(SeededRandom::new(starts));
        let mut builder = Server::builder().clock(clock.clone()).random(random.clone());
        builder = builder.mail_within(Duration::ZERO).compare_answers(!hooks.gives_answers_again);
        if let Some(gate) = &hooks.gate {
            let live = LiveRequests::default();
            gate.put_before(Arc::new(
                Pool::start(PoolOptions::default(), random, live.clone()).expect("a pool"),
            ));
            builder = builder.passwords(gate.clone(), live);
        }
        if let Some(postman) = &hooks.postman {
            builder = builder.mailer(postman.clone());
        } else if hooks.recorder.is_some() {
            // With a database of their own, they have no folder by default.
            builder = builder.mailer(Arc::new(Folder::new(data, clock.clone())));
        }
        if let Some(recorder) = &hooks.recorder {
            let database =
                recorder.open(&database_in(data), clock.clone(), Arc::new(SeededRandom::new(starts)));
            builder = builder.storage(recorder.clone()).invalidations(database.invalidations());
            builder = builder.passwords(recorder.clone(), LiveRequests::default());
        }
        // Another component than the library has inside: see tests/mutants.
        if let Some(component) = std::env::var_os("MANA_TEST_COMPONENT") {
            let code = std::fs::read(component).expect("a precompiled component");
            builder = builder.artefact(Artefact::precompiled(code));
        }
        let (listener, address) = listen().await;
        let (managing, management) = listen().await;
        let server = builder.config(config).build().await.map_err(|error| error.to_string())?;
        let server = Arc::new(server);
        let (shutdown, stopped) = oneshot::channel();
        let serving = tokio::spawn({
            let server = server.clone();
            async move { server.serve(listener, Some(managing), async { drop(stopped.await) }).await }
        });
        let (shutdown, serving) = (Some(shutdown), Some(serving));
        let data = data.to_owned();
        Ok(Self { address, management, data, clock, hooks, server, shutdown, serving, starts })
    }
}

impl Host {
    /// The folder of its data.
    pub fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// The server, for what an embedder does with it.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The same, to be kept.
    pub fn shared_server(&self) -> Arc<Server> {
        self.server.clone()
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    (listener, address)
}

impl Runner for Host {
    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn management_url(&self) -> String {
        format!("http://{}", self.management)
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        Some(self.clock.clone())
    }

    fn tick(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.server.tick())
    }

    fn database(&self) -> PathBuf {
        database_in(&self.data)
    }

    fn postgres(&self) -> Option<Arc<Postgres>> {
        self.hooks.postgres.clone()
    }

    fn log(&self) -> String {
        String::new()
    }

    fn stop(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            drop(self.shutdown.take());
            if let Some(serving) = self.serving.take() {
                serving.await.expect("an orderly end");
            }
        })
    }

    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            self.stop().await;
            let (hooks, clock) = (self.hooks.clone(), self.clock.clone());
            *self = Self::start_again(&self.data.clone(), settings, clock, hooks, self.starts + 1).await?;
            Ok(())
        })
    }
}
