//! A service of a scenario's own, and the people who use it.

pub mod app_metadata;
mod audit_log;
mod database;
pub mod guesses;
mod mails;
mod management;
mod operator;
mod remembered;
pub mod wire;

pub use audit_log::{Copy, append_events};
pub use mails::Mail;

use crate::{
    client::{Client, Nodes, Promises, Shared},
    runner::{
        Hooks, MAINTENANCE, Runner, RunnerKind, gate::Gate, mail_api::KEY, postman::Postman,
        recorder::Recorder,
    },
    shape,
};
use mana_auth::clock::{Clock as _, SystemClock, TestClock};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

/// The address that clients know the service by.
pub const PUBLIC_URL: &str = "http://localhost:3001";
/// A page that may call with cookies.
pub const TRUSTED: &str = "https://app.example";
/// A page that may not.
pub const UNTRUSTED: &str = "https://evil.example";
/// What keys are sealed with at first.
pub const SECRET: &str = "1:3sC0ceZHMdUQb1lGEWJQUfMdFQM6x4tYRuyY4YMvyKE";
/// What they are sealed with afterwards, where a scenario says so.
pub const NEXT_SECRET: &str = "2:8L-Ky83j0JFeZkbBpMLvAL7O8vwCirfQ7_z_U4Jq1FA";
/// A good password.
pub const PASSWORD: &str = "seven otters rehearse a tango";
/// Another.
pub const OTHER_PASSWORD: &str = "nine badgers compose a waltz";

/// What every service is configured with, unless a scenario says otherwise. Hashing is not the subject.
const SETTINGS: &[(&str, &str)] = &[
    ("secrets", SECRET),
    ("public_url", PUBLIC_URL),
    ("trusted_origins", TRUSTED),
    ("maintenance_secret", MAINTENANCE),
    ("password_memory_kib", "1024"),
    ("password_iterations", "1"),
];

/// A service that is still to be started.
#[derive(Clone)]
pub struct Stage {
    kind: RunnerKind,
    settings: BTreeMap<String, String>,
    clock: Arc<TestClock>,
    hooks: Hooks,
}

impl Stage {
    pub fn new(kind: RunnerKind) -> Self {
        let settings = SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { kind, settings, clock: Arc::default(), hooks: Hooks::default() }
    }

    /// Configures a key.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Leaves a key unset.
    pub fn without(mut self, key: &str) -> Self {
        self.settings.remove(key);
        self
    }

    /// Puts a gate before password hashing.
    pub fn gated(mut self, gate: &Arc<Gate>) -> Self {
        self.hooks.gate = Some(Arc::clone(gate));
        self
    }

    /// Writes down what the component asks of storage and passwords.
    pub fn recorded(mut self, recorder: &Arc<Recorder>) -> Self {
        self.hooks.recorder = Some(Arc::clone(recorder));
        self
    }

    /// Has mails delivered by somebody else.
    pub fn with_postman(mut self, postman: &Arc<Postman>) -> Self {
        self.hooks.postman = Some(Arc::clone(postman));
        self
    }

    /// Starts at the system's time, which a program beside the service reads.
    pub fn at_system_time(mut self) -> Self {
        self.clock = Arc::new(TestClock::new(SystemClock::default().now()));
        self
    }

    /// How many services a race is run against: more in this process, where a round takes least.
    pub fn services(&self) -> u32 {
        if self.kind == RunnerKind::Host { 20 } else { 1 }
    }

    /// Tries to start it where it must refuse to; what it says.
    pub async fn refuses_to_start(self) -> String {
        let data = TempDir::new().expect("a temporary folder");
        let runner = self.kind.start(data.path(), &self.settings, self.clock, self.hooks).await;
        runner.err().expect("it started")
    }

    /// Starts it.
    pub async fn start(self) -> Service {
        let data = TempDir::new().expect("a temporary folder");
        let runner = self.kind.start(data.path(), &self.settings, self.clock, self.hooks).await;
        let runner = runner.unwrap_or_else(|problem| panic!("it does not start: {problem}"));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // A moved clock makes the server close idle connections.
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        let shared = Arc::new(Shared {
            http,
            nodes: Nodes::new(runner.base_urls()),
            public_url: self.settings["public_url"].clone(),
            vault: Arc::default(),
            promises: Arc::new(Promises::default()),
        });
        for secret in [SECRET, NEXT_SECRET] {
            shared.vault.keep(secret.split_once(':').expect("a version and a secret").1);
        }
        shared.vault.keep(KEY);
        for key in ["maintenance_secret", "mail_api_secret"] {
            if let Some(secret) = self.settings.get(key).filter(|secret| !secret.is_empty()) {
                shared.vault.keep(secret);
            }
        }
        Service {
            kind: self.kind,
            shared,
            runner,
            data: Arc::new(data),
            settings: self.settings,
            read: Mutex::default(),
        }
    }
}

/// A running service. When it ends, its files and its log are searched for every secret that the test knows.
pub struct Service {
    kind: RunnerKind,
    shared: Arc<Shared>,
    runner: Box<dyn Runner>,
    data: Arc<TempDir>,
    settings: BTreeMap<String, String>,
    /// The mails that were read.
    read: Mutex<BTreeSet<String>>,
}

impl Service {
    /// A new client, with an empty jar.
    pub fn client(&self) -> Client {
        Client::new(Arc::clone(&self.shared))
    }

    /// Another process at the same data, with this clock where tests can move one.
    pub async fn beside(&self, clock: Arc<TestClock>) -> Self {
        let settings = self.settings.clone();
        let runner = self.kind.start(self.data.path(), &settings, clock, Hooks::default()).await;
        let runner = runner.unwrap_or_else(|problem| panic!("it does not start beside the other: {problem}"));
        let shared = Arc::new(self.shared.at(runner.base_urls()));
        Self {
            kind: self.kind,
            shared,
            runner,
            data: Arc::clone(&self.data),
            settings,
            read: Mutex::default(),
        }
    }

    /// The clock of the service, to share it or to be compared with.
    pub fn clock(&self) -> Arc<TestClock> {
        self.runner.clock().unwrap_or_default()
    }

    /// Moves the clock forward.
    #[track_caller]
    pub fn advance(&self, duration: Duration) {
        self.runner.clock().expect("a clock").advance(duration);
    }

    /// Lets a little time pass where it stands still, so that what comes first is older.
    pub fn a_moment_passes(&self) {
        if let Some(clock) = self.runner.clock() {
            clock.advance(Duration::from_millis(10));
        }
    }

    /// Milliseconds since the Unix epoch, by the clock that tests move.
    #[track_caller]
    pub fn now(&self) -> u64 {
        self.runner.clock().expect("a clock").now()
    }

    /// Runs maintenance now.
    pub async fn tick(&self) {
        self.runner.tick().await;
    }

    /// Stops the service and starts it again on the same data.
    pub async fn restart(&mut self) {
        let started = self.runner.restart(&self.settings).await;
        started.unwrap_or_else(|problem| panic!("it does not start again: {problem}"));
        self.shared.nodes.moved(self.runner.base_urls());
    }

    /// Stops it for good.
    pub async fn stop(mut self) {
        self.runner.stop().await;
    }

    /// Stops the service, puts a backup in the place of the database, and starts it again.
    pub async fn restore(&mut self, backup: &std::path::Path) {
        let database = self.runner.database();
        self.runner.stop().await;
        for log in ["-wal", "-shm"] {
            let mut name = database.clone().into_os_string();
            name.push(log);
            // An orderly end leaves none.
            let _ = std::fs::remove_file(name);
        }
        std::fs::copy(backup, &database).expect("a copy of the backup");
        self.restart().await;
    }

    /// The same with another value of a key.
    pub async fn restart_with(&mut self, key: &str, value: &str) {
        self.settings.insert(key.to_owned(), value.to_owned());
        self.restart().await;
    }

    /// The same, where it must refuse to start; what it says.
    pub async fn restart_fails_with(&mut self, key: &str, value: &str) -> String {
        self.settings.insert(key.to_owned(), value.to_owned());
        self.restart_fails().await
    }

    /// The same without another value.
    pub async fn restart_fails(&mut self) -> String {
        self.runner.restart(&self.settings).await.expect_err("it started")
    }

    /// Registers an account with [`PASSWORD`].
    pub async fn register(&self, email: &str) -> Value {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Some One" });
        self.client().post("/register", body).await.is(201)["user"].clone()
    }

    /// Signs in with [`PASSWORD`], on a device of its own.
    pub async fn sign_in(&self, email: &str) -> Person {
        self.sign_in_with(json!({ "email": email, "password": PASSWORD })).await
    }

    /// Signs in with this body, on a device of its own.
    pub async fn sign_in_with(&self, body: Value) -> Person {
        let client = self.client();
        let answer = client.post("/login", body).await.ok();
        Person::new(client, &answer)
    }

    /// Someone who has just registered and signed in.
    pub async fn someone(&self) -> Person {
        self.register("ana@example.org").await;
        self.sign_in("ana@example.org").await
    }

    /// The same where addresses must be proven.
    pub async fn someone_proven(&self) -> Person {
        let (browser, email) = (self.client(), "ana@example.org");
        browser.post("/register", json!({ "email": email, "password": PASSWORD })).await.is(201);
        let token = self.mail().await.token();
        browser.post("/verify-email", json!({ "token": token })).await.ok();
        self.sign_in(email).await
    }

    /// The public keys.
    pub async fn jwks(&self) -> Value {
        self.client().get("/jwks").await.ok()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let log = self.runner.log();
            // The one line that holds a link: of the development outbox.
            let lines: Vec<_> = log.lines().filter(|line| !line.contains(r#""message":"a mail""#)).collect();
            self.shared.vault.absent_from(lines.join("\n").as_bytes(), "the log");
            self.shared.vault.absent_from_files(self.data.path());
        }
    }
}

/// Someone who is signed in: a browser with a cookie, and the tokens.
pub struct Person {
    pub client: Client,
    pub user: Value,
    pub access: String,
    pub refresh: String,
}

impl Person {
    /// The same person with the same browser, before another process.
    pub fn before(&self, service: &Service) -> Self {
        Self {
            client: self.client.before(&service.shared),
            user: self.user.clone(),
            access: self.access.clone(),
            refresh: self.refresh.clone(),
        }
    }

    #[track_caller]
    fn new(client: Client, answer: &Value) -> Self {
        shape::signed_in(answer);
        Self {
            client,
            user: answer["user"].clone(),
            access: shape::text(&answer["accessToken"]),
            refresh: shape::text(&answer["refreshToken"]),
        }
    }

    /// The id of the session, as the access token says it.
    #[track_caller]
    pub fn sid(&self) -> String {
        shape::text(&crate::jwt::Jwt::parse(&self.access).claims["sid"])
    }

    /// Whether cookie, access token and refresh token are all refused. The refresh token is used up otherwise.
    pub async fn is_signed_out(&self) -> bool {
        let cookie = self.client.get("/session").await.status == 401;
        let access = self.client.get("/session").without_cookies().bearer(&self.access).await.status == 401;
        let refresh =
            self.client.post("/refresh", json!({ "refreshToken": self.refresh })).await.status == 401;
        cookie && access && refresh
    }

    /// Whether cookie and access token are both accepted.
    pub async fn is_signed_in(&self) -> bool {
        let cookie = self.client.get("/session").await.status == 200;
        let access = self.client.get("/session").without_cookies().bearer(&self.access).await.status == 200;
        cookie && access
    }
}
