//! Sessions that are ended on one server while many read on the other.

use super::{CLOCK, Pair};
use crate::{
    client::{Client, Shared},
    process::{body, shared},
};
use mana_auth::clock::Clock as _;
use serde_json::json;
use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

const READERS: usize = 16;

/// A session that is about to be ended.
struct Current {
    person: Client,
    ended: RwLock<Option<Duration>>,
}

/// In the long run a thousand, for each bound.
pub async fn nobody_reads_an_ended_session() {
    let revocations = if std::env::var_os("MANA_TEST_LONG").is_some() { 1000 } else { 40 };
    for bound in [0, 50] {
        let pair = Pair::start(&[("revocation_bound_ms", &bound.to_string())]);
        tell(&pair, Duration::from_millis(bound), revocations).await;
    }
}

async fn tell(pair: &Pair, bound: Duration, revocations: usize) {
    let (one, other) = (shared(&[&pair.one]), shared(&[&pair.other]));
    let current = Arc::new(RwLock::new(session(&one, 0).await));
    let (over, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..READERS)
        .map(|_| tokio::spawn(read(other.clone(), current.clone(), bound, over.clone(), refused.clone())))
        .collect();
    for number in 1..=revocations {
        let ending = current.read().unwrap().clone();
        let before = ending.person.before(&one);
        before.post("/logout", json!({})).await.ok();
        *ending.ended.write().unwrap() = Some(CLOCK.elapsed());
        let next = session(&one, number).await;
        *current.write().unwrap() = next;
    }
    over.store(true, SeqCst);
    for reader in readers {
        reader.await.expect("a reader that saw no ended session");
    }
    assert!(refused.load(SeqCst) >= revocations, "only {} saw an end", refused.load(SeqCst));
}

/// One that the other server has read: it is in the cookie.
async fn session(one: &Arc<Shared>, number: usize) -> Arc<Current> {
    let person = Client::new(one.clone());
    let body = body(&format!("{}@example.org", number % 50));
    if number < 50 {
        person.post("/register", body.clone()).await.is(201);
    }
    person.post("/login", body).await.ok();
    person.get("/session").await.ok();
    Arc::new(Current { person, ended: RwLock::new(None) })
}

async fn read(
    other: Arc<Shared>,
    current: Arc<RwLock<Arc<Current>>>,
    bound: Duration,
    over: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
) {
    while !over.load(SeqCst) {
        let current = current.read().unwrap().clone();
        let client = current.person.before(&other);
        loop {
            let ended = *current.ended.read().unwrap();
            let sent = CLOCK.elapsed();
            let status = client.get("/session").status().await;
            if status == 401 {
                refused.fetch_add(1, SeqCst);
                break;
            }
            assert_eq!(status, 200);
            let late = ended.map(|ended| sent.saturating_sub(ended));
            assert!(late.is_none_or(|late| late <= bound), "read {late:?} after its end");
            if over.load(SeqCst) {
                break;
            }
        }
    }
}
