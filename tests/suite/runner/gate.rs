//! What holds up password hashing.

use async_trait::async_trait;
use mana_auth::passwords::{Behalf, Error, Estimate, Parameters, Passwords, Verdict};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};
use tokio::sync::watch;

/// Stands before password hashing: counts, and holds up whom a test wants held up.
pub struct Gate {
    passwords: Mutex<Option<Arc<dyn Passwords>>>,
    closed: AtomicBool,
    released: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
    verified: AtomicUsize,
    busy: AtomicBool,
}

impl Gate {
    /// An open gate.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            passwords: Mutex::default(),
            closed: AtomicBool::new(false),
            released: watch::Sender::new(true),
            waiting: watch::Sender::new(0),
            verified: AtomicUsize::new(0),
            busy: AtomicBool::new(false),
        })
    }

    /// Puts it before these.
    pub fn put_before(&self, passwords: Arc<dyn Passwords>) {
        *self.passwords.lock().unwrap() = Some(passwords);
    }

    fn passwords(&self) -> Arc<dyn Passwords> {
        self.passwords.lock().unwrap().clone().expect("passwords behind the gate")
    }

    /// Whoever comes to verify a password from now on waits.
    pub fn close(&self) {
        self.released.send_replace(false);
        self.closed.store(true, SeqCst);
    }

    /// Returns once someone waits.
    pub async fn someone_waits(&self) {
        self.so_many_wait(1).await;
    }

    /// Returns once so many wait.
    pub async fn so_many_wait(&self, many: usize) {
        self.waiting.subscribe().wait_for(|waiting| *waiting >= many).await.expect("the gate");
    }

    /// Whoever comes from now on passes; who waits goes on waiting.
    pub fn let_others_pass(&self) {
        self.closed.store(false, SeqCst);
    }

    /// Whoever comes from now on is told that there is no room.
    pub fn refuse(&self) {
        self.busy.store(true, SeqCst);
    }

    /// Everyone passes.
    pub fn open(&self) {
        self.busy.store(false, SeqCst);
        self.let_others_pass();
        self.waiting.send_replace(0);
        self.released.send_replace(true);
    }

    /// How many passwords were verified, or begun to be.
    pub fn verified(&self) -> usize {
        self.verified.load(SeqCst)
    }
}

#[async_trait]
impl Passwords for Gate {
    async fn strength(
        &self,
        password: String,
        hints: Vec<String>,
        behalf: Behalf,
    ) -> Result<Estimate, Error> {
        self.passwords().strength(password, hints, behalf).await
    }

    async fn hash(
        &self,
        password: String,
        parameters: Parameters,
        beside: Option<String>,
        behalf: Behalf,
    ) -> Result<String, Error> {
        self.passwords().hash(password, parameters, beside, behalf).await
    }

    async fn verify(
        &self,
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        behalf: Behalf,
    ) -> Result<Vec<Result<Verdict, Error>>, Error> {
        if self.busy.load(SeqCst) {
            return Err(Error::Busy);
        }
        self.verified.fetch_add(1, SeqCst);
        if self.closed.load(SeqCst) {
            self.waiting.send_modify(|waiting| *waiting += 1);
            self.released.subscribe().wait_for(|released| *released).await.expect("the gate");
        }
        self.passwords().verify(password, encoded, current, behalf).await
    }
}
