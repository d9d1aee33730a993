//! Processes of the program, and what they have answered.

use crate::{
    client::{Client, Nodes, Promises, Request, Shared},
    runner::{Runner as _, Settings, binary::Binary},
    service::{PASSWORD, PUBLIC_URL},
};
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// What each process is configured with.
pub fn settings() -> Settings {
    let pairs = [
        ("secrets", "1:3sC0ceZHMdUQb1lGEWJQUfMdFQM6x4tYRuyY4YMvyKE"),
        ("public_url", PUBLIC_URL),
        ("password_memory_kib", "1024"),
        ("password_iterations", "1"),
        // One client does what otherwise hundreds do.
        ("limit_registration_address", "0"),
        ("limit_registration_client", "0"),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// What all clients of these processes share.
pub fn shared(binaries: &[&Binary]) -> Arc<Shared> {
    Arc::new(Shared {
        http: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client"),
        nodes: Nodes::new(binaries.iter().map(|binary| binary.base_url()).collect()),
        public_url: PUBLIC_URL.to_owned(),
        vault: Arc::default(),
        promises: Arc::new(Promises::default()),
    })
}

/// A registration or sign-in.
pub fn body(email: &str) -> serde_json::Value {
    json!({ "email": email, "password": PASSWORD })
}

/// `PRAGMA integrity_check` and the foreign keys, by a connection of our own.
pub fn check_integrity(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("the database");
    let verdict: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    let dangling = database.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    assert_eq!(dangling, Ok(false), "dangling references");
}

/// What was answered so far.
#[derive(Default)]
pub struct Answered {
    /// Addresses that were told they are registered.
    pub registered: Mutex<Vec<String>>,
    /// Clients that were told they are signed in: their cookie is in their jar.
    pub signed_in: Mutex<Vec<(String, Client)>>,
    /// Clients that were told they are signed out, with the cookies they had before.
    pub signed_out: Mutex<Vec<Client>>,
}

/// Registers, signs in, and every other time out, until it is over. Whoever is asked may be gone, or without its database.
pub async fn knock(shared: Arc<Shared>, answered: Arc<Answered>, over: Arc<AtomicBool>, names: String) {
    for number in 0.. {
        let email = format!("{names}-{number}@example.org");
        let client = Client::new(Arc::clone(&shared));
        if over.load(SeqCst) {
            return;
        }
        if !is_done(client.post("/register", body(&email)), 201).await {
            continue;
        }
        answered.registered.lock().unwrap().push(email.clone());
        if !is_done(client.post("/login", body(&email)), 200).await {
            continue;
        }
        if number % 2 == 0 {
            answered.signed_in.lock().unwrap().push((email, client));
            continue;
        }
        let before = client.before(&shared);
        if is_done(client.post("/logout", json!({})), 200).await {
            answered.signed_out.lock().unwrap().push(before);
        }
    }
}

/// Whether it was answered so. Whoever can't do it now says so.
async fn is_done(request: Request<'_>, status: u16) -> bool {
    match request.attempt().await {
        Ok(answer) if answer.status == 503 => false,
        Ok(answer) => {
            answer.is(status);
            true
        }
        Err(_) => false,
    }
}

impl Answered {
    pub fn count(&self) -> usize {
        self.registered.lock().unwrap().len()
            + self.signed_in.lock().unwrap().len()
            + self.signed_out.lock().unwrap().len()
    }

    /// Everything that was answered is there.
    pub async fn is_all_there(&self, shared: &Arc<Shared>) {
        let people = std::mem::take(&mut *self.signed_in.lock().unwrap());
        for (email, client) in people {
            let (name, value) = client.session_cookie();
            let again = Client::new(Arc::clone(shared));
            again.set_cookie(&name, &value);
            let session = again.get("/session").await.ok();
            assert_eq!(session["user"]["email"], email.as_str());
        }
        let gone = std::mem::take(&mut *self.signed_out.lock().unwrap());
        for client in gone {
            client.before(shared).get("/session").await.refused("UNAUTHENTICATED");
        }
        let registered = std::mem::take(&mut *self.registered.lock().unwrap());
        for email in registered {
            Client::new(Arc::clone(shared)).post("/login", body(&email)).await.ok();
        }
    }
}
