//! A server that the system stops, and lets go on.

use super::{CLOCK, Pair};
use crate::{
    client::{Client, Shared},
    eventually::eventually,
    process::{Answered, body, knock, shared},
};
use mana_auth::clock::Clock as _;
use rustix::process::Signal;
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

pub async fn a_server_that_stopped_believes_nothing_of_before() {
    for bound in [0, 50] {
        let pair = Pair::start(&[("revocation_bound_ms", &bound.to_string())]);
        let (one, other) = (shared(&[&pair.one]), shared(&[&pair.other]));
        let ana = signed_in(&one, "ana@example.org").await;
        let bob = signed_in(&one, "bob@example.org").await;
        pair.one.signal(Signal::STOP);
        ana.before(&other).post("/logout", json!({})).await.ok();
        let ended = CLOCK.elapsed();
        eventually(async || (CLOCK.elapsed() - ended > Duration::from_millis(bound)).then_some(())).await;
        // They wait in its socket until it goes on.
        let asked = async { (ana.get("/session").await, bob.get("/session").await) };
        let goes_on = async { pair.one.signal(Signal::CONT) };
        let ((of_ana, of_bob), ()) = futures::join!(asked, goes_on);
        of_ana.refused("UNAUTHENTICATED");
        of_bob.ok();
    }
}

/// With everything remembered of them.
async fn signed_in(shared: &Arc<Shared>, email: &str) -> Client {
    let client = Client::new(shared.clone());
    client.post("/register", body(email)).await.is(201);
    client.post("/login", body(email)).await.ok();
    for _ in 0..3 {
        client.get("/session").await.ok();
    }
    client
}

pub async fn a_stopped_writer_holds_nobody_up_for_long() {
    let pair = Pair::start(&[]);
    let (answered, over) = (Arc::new(Answered::default()), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let name = format!("stopped-{number}");
            tokio::spawn(knock(shared(&[&pair.one]), answered.clone(), over.clone(), name))
        })
        .collect();
    eventually(async || (answered.count() > 20).then_some(())).await;
    let prompt = pair.database.prompt().await;
    // Until it is stopped with the lock in its hands.
    eventually(async || {
        pair.one.signal(Signal::STOP);
        let held = "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
             WHERE l.relation = 'writer'::regclass AND l.granted AND a.state = 'idle in transaction'";
        let is_held = !prompt.query(held, &[]).await.expect("an answer").is_empty();
        if !is_held {
            pair.one.signal(Signal::CONT);
        }
        is_held.then_some(())
    })
    .await;
    let other = shared(&[&pair.other]);
    let client = Client::new(other.clone());
    eventually(async || {
        let status = client.post("/register", body("late@example.org")).await.status;
        assert!([201, 409, 503].contains(&status), "{status}");
        (status != 503).then_some(())
    })
    .await;
    client.post("/login", body("late@example.org")).await.ok();
    pair.one.signal(Signal::CONT);
    over.store(true, SeqCst);
    for client in clients {
        client.await.expect("a client that noticed");
    }
    answered.is_all_there(&shared(&[&pair.one, &pair.other])).await;
}
