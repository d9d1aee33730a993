//! A disk with no room left: the process may write no file beyond a size.

use crate::process::{Answered, body, check_integrity, settings, shared};
use crate::{
    client::Client,
    runner::{Runner as _, binary::Binary},
};
use std::sync::Arc;
use tempfile::TempDir;

/// How far a file may grow, in blocks of 512 bytes: two and a half MiB, a small database and its log, which is cut at four.
const LIMIT: &str = "trap '' XFSZ; ulimit -f 5120; exec \"$@\"";

pub async fn run() {
    let data = TempDir::new().expect("a temporary folder");
    let answered = Arc::new(Answered::default());
    {
        let mut binary =
            Binary::start(&["sh", "-c", LIMIT, "sh"], data.path(), &settings()).expect("a start");
        let shared = shared(&[&binary]);
        let first = Client::new(Arc::clone(&shared));
        first.post("/register", body("first@example.org")).await.is(201);
        first.post("/login", body("first@example.org")).await.ok();
        let mut refused = 0;
        for number in 0..5000 {
            let email = format!("{number}@example.org");
            let client = Client::new(Arc::clone(&shared));
            let answer = client.post("/register", body(&email)).await;
            if answer.status == 201 {
                answered.registered.lock().unwrap().push(email.clone());
            } else {
                answer.refused("STORAGE_UNAVAILABLE");
                refused += 1;
            }
            if refused == 0 && number % 3 == 0 {
                let answer = client.post("/login", body(&email)).await;
                if answer.status == 200 {
                    answered.signed_in.lock().unwrap().push((email, client));
                } else {
                    answer.refused("STORAGE_UNAVAILABLE");
                    refused += 1;
                }
            }
            if refused >= 5 {
                break;
            }
        }
        assert!(refused >= 5, "the disk never became full: {} answers", answered.count());
        assert!(answered.count() > 20, "only {} answers before", answered.count());
        assert_eq!(first.get("/session").await.ok()["user"]["email"], "first@example.org", "reading goes on");
        binary.kill();
        check_integrity(&binary.database());
    }
    let again = Binary::start(&[], data.path(), &settings()).expect("a start with room on the disk");
    answered.is_all_there(&shared(&[&again])).await;
}
