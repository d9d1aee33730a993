//! SIGKILL in the middle of a burst, again and again on the same data.

use crate::process::{Answered, check_integrity, knock, settings, shared};
use crate::runner::{Runner as _, binary::Binary};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use tempfile::TempDir;

const DEATHS: usize = 20;
const CLIENTS: usize = 8;

pub async fn run() {
    let data = TempDir::new().expect("a temporary folder");
    let mut total = 0;
    for death in 0..DEATHS {
        let mut binary = Binary::start(&[], data.path(), &settings()).expect("a start");
        let answered = Arc::new(Answered::default());
        let dead = Arc::new(AtomicBool::new(false));
        let burst: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let names = format!("{death}-{number}");
                tokio::spawn(knock(shared(&[&binary]), answered.clone(), dead.clone(), names))
            })
            .collect();
        // Each time at another moment: between a handful of answers and two hundred.
        while answered.count() < 3 + death * 10 {
            tokio::task::yield_now().await;
        }
        binary.kill();
        dead.store(true, SeqCst);
        for client in burst {
            client.await.expect("a client that noticed");
        }
        total += answered.count();
        check_integrity(&binary.database());
        let again = Binary::start(&[], data.path(), &settings()).expect("a start after a sudden death");
        answered.is_all_there(&shared(&[&again])).await;
    }
    assert!(total > DEATHS * 50, "only {total} answers in all");
}
