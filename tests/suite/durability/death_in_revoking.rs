//! SIGKILL while a session is being ended, perhaps between the commit and whatever follows it: another process on the same
//! data believes what the database says, and nothing that it remembers.

use crate::process::{body, settings, shared};
use crate::{
    client::Client,
    runner::{Runner as _, binary::Binary},
};
use serde_json::json;
use tempfile::TempDir;

const DEATHS: u64 = 12;

pub async fn run() {
    let data = TempDir::new().expect("a temporary folder");
    let other = Binary::start(&[], data.path(), &settings()).expect("a start");
    let before_other = shared(&[&other]);
    let (mut ended, mut alive) = (0, 0);
    for death in 0..DEATHS {
        let mut dying = Binary::start(&[], data.path(), &settings()).expect("a start");
        let email = format!("{death}@example.org");
        let ana = Client::new(shared(&[&dying]));
        ana.post("/register", body(&email)).await.is(201);
        let tokens = ana.post("/login", body(&email)).await.ok();
        let access = tokens["accessToken"].as_str().expect("a token");
        let there = ana.before(&before_other);
        for _ in 0..2 {
            there.get("/session").await.ok();
            there.get("/session").without_cookies().bearer(access).await.ok();
        }
        let revoking = ana.post("/logout", json!({})).attempt();
        // Each time at another moment.
        let dying_soon = async {
            for _ in 0..death * 40 {
                tokio::task::yield_now().await;
            }
            dying.kill();
        };
        let (answer, ()) = futures::join!(revoking, dying_soon);
        let sql = format!(
            "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = '{email}'"
        );
        let database = rusqlite::Connection::open(other.database()).expect("the database");
        let is_alive = database.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a number") == 1;
        assert!(!is_alive || answer.is_err(), "it was answered, and is gone");
        let expected = if is_alive { 200 } else { 401 };
        assert_eq!(there.get("/session").await.status, expected);
        assert_eq!(there.get("/session").without_cookies().bearer(access).await.status, expected);
        if is_alive { alive += 1 } else { ended += 1 }
    }
    println!("{ended} sessions had ended, {alive} had not");
}
