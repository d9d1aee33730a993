//! What was answered stays, whatever becomes of the process or the disk.

mod death_in_revoking;
mod full_disk;
mod sudden_death;
mod unknown_outcome;

use crate::{
    client::{Client, Promises, Shared},
    runner::{Runner as _, Settings, binary::Binary},
    scenario::block_on,
    service::PASSWORD,
};
use libtest_mimic::Trial;
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

pub fn trials() -> impl Iterator<Item = Trial> {
    let test = |name: &str, run: fn()| {
        Trial::test(format!("durability::{name}"), move || {
            run();
            Ok(())
        })
    };
    [
        test("what_was_answered_survives_sudden_death", || block_on(sudden_death::run())),
        test("a_death_in_revoking_deceives_nobody_else", || block_on(death_in_revoking::run())),
        test("an_unknown_outcome_is_looked_up", || block_on(unknown_outcome::run())),
        test("a_full_disk_loses_nothing_that_was_answered", || block_on(full_disk::run())),
    ]
    .into_iter()
}

fn settings() -> Settings {
    let pairs = [
        ("secrets", "1:3sC0ceZHMdUQb1lGEWJQUfMdFQM6x4tYRuyY4YMvyKE"),
        ("public_url", crate::service::PUBLIC_URL),
        ("password_memory_kib", "1024"),
        ("password_iterations", "1"),
        // One client does what otherwise hundreds do.
        ("limit_registration_address", "0"),
        ("limit_registration_client", "0"),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// What all clients of a process share.
fn shared(binary: &Binary) -> Arc<Shared> {
    Arc::new(Shared {
        http: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client"),
        base_url: Mutex::new(binary.base_url()),
        public_url: crate::service::PUBLIC_URL.to_owned(),
        vault: Arc::default(),
        promises: Arc::new(Promises::new(&[])),
    })
}

fn body(email: &str) -> serde_json::Value {
    json!({ "email": email, "password": PASSWORD })
}

/// `PRAGMA integrity_check` and the foreign keys, by a connection of our own.
fn check_integrity(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("the database");
    let verdict: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    let dangling = database.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    assert_eq!(dangling, Ok(false), "dangling references");
}

/// What was answered so far.
#[derive(Default)]
struct Answered {
    /// Addresses that were told they are registered.
    registered: Mutex<Vec<String>>,
    /// Clients that were told they are signed in: their cookie is in their jar.
    signed_in: Mutex<Vec<(String, Client)>>,
}

impl Answered {
    fn count(&self) -> usize {
        self.registered.lock().unwrap().len() + self.signed_in.lock().unwrap().len()
    }

    /// Everything that was answered is there.
    async fn is_all_there(&self, shared: &Arc<Shared>) {
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
