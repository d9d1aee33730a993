//! A process of the program, and what it has answered.

use crate::{
    client::{Client, Nodes, Promises, Shared},
    runner::{Runner as _, Settings, binary::Binary},
    service::{PASSWORD, PUBLIC_URL},
};
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex},
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

/// What all clients of a process share.
pub fn shared(binary: &Binary) -> Arc<Shared> {
    Arc::new(Shared {
        http: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client"),
        nodes: Nodes::new(vec![binary.base_url()]),
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
}

impl Answered {
    pub fn count(&self) -> usize {
        self.registered.lock().unwrap().len() + self.signed_in.lock().unwrap().len()
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
        let registered = std::mem::take(&mut *self.registered.lock().unwrap());
        for email in registered {
            Client::new(Arc::clone(shared)).post("/login", body(&email)).await.ok();
        }
    }
}
