//! SIGKILL for a server, and for the database, in the middle of a burst, again and again.

use super::Pair;
use crate::{
    client::Client,
    eventually::eventually,
    process::{Answered, body, knock, shared},
    runner::Runner as _,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use tokio::task::JoinHandle;

const CLIENTS: usize = 8;

/// How often each dies: in the long run often, else once or twice.
fn deaths(often: usize) -> usize {
    if std::env::var_os("MANA_TEST_LONG").is_some() { often } else { 2 }
}

/// Clients that go on until they are told.
struct Burst {
    answered: Arc<Answered>,
    over: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Burst {
    fn begin(pair: &Pair, name: &str) -> Self {
        let (answered, over) = (Arc::new(Answered::default()), Arc::new(AtomicBool::new(false)));
        let clients = (0..CLIENTS)
            .map(|number| {
                let shared = shared(&[&pair.one, &pair.other]);
                tokio::spawn(knock(shared, answered.clone(), over.clone(), format!("{name}-{number}")))
            })
            .collect();
        Self { answered, over, clients }
    }

    /// Until so many were answered more.
    async fn goes_on(&self, answers: usize) {
        let before = self.answered.count();
        eventually(async || (self.answered.count() >= before + answers).then_some(())).await;
    }

    async fn end(self) -> Arc<Answered> {
        self.over.store(true, SeqCst);
        for client in self.clients {
            client.await.expect("a client that noticed");
        }
        self.answered
    }
}

pub async fn what_was_answered_survives_a_server() {
    let mut pair = Pair::start(&[]);
    for death in 0..deaths(10) {
        let burst = Burst::begin(&pair, &format!("server-{death}"));
        burst.goes_on(20 + death * 10).await;
        pair.one.kill();
        // The other goes on.
        burst.goes_on(40).await;
        let answered = burst.end().await;
        pair.start_one_again();
        answered.is_all_there(&shared(&[&pair.one, &pair.other])).await;
    }
}

pub async fn what_was_answered_survives_the_database() {
    let mut pair = Pair::start(&[]);
    for death in 0..deaths(5) {
        let burst = Burst::begin(&pair, &format!("database-{death}"));
        burst.goes_on(20 + death * 10).await;
        let both = shared(&[&pair.one, &pair.other]);
        let (alive, ended) = (Client::new(both.clone()), Client::new(both.clone()));
        for client in [&alive, &ended] {
            let email = body(&format!("{death}@example.org"));
            let registered = client.post("/register", email.clone()).await.status;
            assert!([201, 409].contains(&registered), "{registered}");
            client.post("/login", email).await.ok();
            client.get("/session").await.ok();
        }
        let of_before = ended.before(&both);
        ended.post("/logout", serde_json::json!({})).await.ok();
        pair.database.die();
        // Neither yes nor no: nobody can know.
        for _ in 0..4 {
            alive.get("/session").await.refused("STORAGE_UNAVAILABLE");
            of_before.get("/session").await.refused("STORAGE_UNAVAILABLE");
        }
        tokio::task::block_in_place(|| pair.database.rise());
        burst.goes_on(40).await;
        of_before.get("/session").await.refused("UNAUTHENTICATED");
        alive.get("/session").await.ok();
        burst.end().await.is_all_there(&both).await;
    }
    // Each request complains, and the log has it once in a while.
    let complaints = pair.one.log().matches("the database can't be reached").count();
    assert!((1..20).contains(&complaints), "{complaints} lines");
}
