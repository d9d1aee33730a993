//! Mails on their way: at least once, under one id, for a day; and what becomes of those that nobody takes.

use crate::{
    eventually::eventually,
    runner::postman::{Postman, Says},
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

scenarios![
    a_mail_leaves_with_its_commit needs Postman,
    one_that_is_put_off_is_tried_again_under_its_id needs Postman Clock,
    waits_grow_and_end_after_a_day needs Postman Clock,
    one_that_is_refused_for_good_is_given_up needs Postman,
    an_operator_tries_again needs Postman Commands,
    one_that_hangs_holds_up_no_other needs Postman Clock,
    what_a_dead_process_had_taken_is_delivered needs Postman Clock,
    a_clock_that_was_put_back_holds_nothing_up needs Postman Clock Sqlite,
    what_somebody_else_wrote_is_not_sent needs Postman,
    nothing_is_readable_at_rest needs Postman Sqlite,
    strangers_make_room_first needs Postman,
    a_past_mail_is_destroyed_without_delivery needs Postman Clock,
    answers_are_the_same_while_nothing_is_delivered needs Postman,
    the_developer_sees_mails_on_the_management_address needs Management Mail,
    an_operator_sees_whether_mail_works needs Commands Mail,
];

const ANA: &str = "ana@example.org";

async fn forgot(service: &Service, email: &str) -> Value {
    service.client().post("/forgot-password", json!({ "email": email })).await.ok()
}

/// Ana has asked for a new password, and the postman says this.
async fn asked(stage: Stage, says: Says) -> (Service, Arc<Postman>) {
    let postman = Postman::new(says);
    let service = stage.with_postman(&postman).start().await;
    service.register(ANA).await;
    forgot(&service, ANA).await;
    (service, postman)
}

/// Once a statement finds this number: what follows a delivery is committed behind it.
pub async fn comes_to(service: &Service, sql: &str, number: i64) {
    eventually(|| async { (service.number(sql) == number).then_some(()) }).await;
}

pub const ALL: &str = "SELECT count(*) FROM outbox";
pub const FAILED: &str = "SELECT count(*) FROM outbox WHERE state = 'failed'";
pub const PUT_OFF: &str =
    "SELECT count(*) FROM outbox WHERE state = 'waiting' AND holder IS NULL AND attempts > 0";

/// By no timer: the clock stands still.
async fn a_mail_leaves_with_its_commit(stage: Stage) {
    let (service, postman) = asked(stage, Says::Accepted).await;
    let handed = postman.handed(1).await;
    assert_eq!(handed[0].to, ANA);
    assert_eq!(handed[0].from.address, "no-reply@localhost");
    assert!(handed[0].headers.contains(&("Auto-Submitted".into(), "auto-generated".into())));
    comes_to(&service, ALL, 0).await;
}

async fn one_that_is_put_off_is_tried_again_under_its_id(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    service.advance(Duration::from_secs(4));
    assert_eq!(postman.ids().len(), 1);
    postman.says(Says::Accepted);
    service.advance(Duration::from_secs(16));
    let handed = postman.handed(2).await;
    assert_eq!((&handed[0].id, &handed[0].text), (&handed[1].id, &handed[1].text));
    comes_to(&service, ALL, 0).await;
}

async fn waits_grow_and_end_after_a_day(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    let mut minutes = 0;
    while service.number(FAILED) == 0 {
        minutes += 1;
        service.advance(Duration::from_secs(60));
        let due =
            format!("SELECT count(*) FROM outbox WHERE state = 'waiting' AND due_at <= {}", service.now());
        comes_to(&service, &due, 0).await;
        comes_to(&service, "SELECT count(*) FROM outbox WHERE holder IS NOT NULL", 0).await;
    }
    assert!((22 * 60..=24 * 60).contains(&minutes), "given up after {minutes} minutes");
    let attempts = postman.ids().len();
    assert!((25..60).contains(&attempts), "{attempts} attempts");
    assert_eq!(service.number(FAILED), 1);
    service.advance(Duration::from_secs(7200));
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM outbox WHERE content IS NOT NULL"), 0);
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'mail_failed'"), 1);
    service.advance(Duration::from_secs(8 * 86_400));
    service.tick().await;
    assert_eq!(service.number(ALL), 0);
}

async fn one_that_is_refused_for_good_is_given_up(stage: Stage) {
    let (service, postman) = asked(stage, Says::Never).await;
    postman.handed(1).await;
    comes_to(&service, FAILED, 1).await;
    let event = "SELECT count(*) FROM security_events WHERE event_type = 'mail_failed'
        AND metadata LIKE '%\"kind\":\"password_reset\"%' AND metadata LIKE '%the server answered 550%' AND metadata NOT LIKE '%ana@%'";
    assert_eq!(service.number(event), 1);
    assert_eq!(service.metrics().await.count("mails", "failed"), 1);
}

async fn an_operator_tries_again(stage: Stage) {
    let (service, postman) = asked(stage.at_system_time(), Says::Never).await;
    let id = postman.handed(1).await[0].id.clone();
    comes_to(&service, FAILED, 1).await;
    let listed: Value =
        serde_json::from_str(&service.operate(&["mail", "list", "--json"]).done()).expect("JSON");
    let mail = &listed[0];
    assert_eq!(mail["id"], id);
    assert_eq!(
        (&mail["kind"], &mail["state"], &mail["to"]),
        (&json!("password_reset"), &json!("failed"), &json!(ANA))
    );
    assert_eq!((&mail["attempts"], &mail["reason"]), (&json!(1), &json!("the server answered 550")));
    postman.says(Says::Accepted);
    assert_eq!(
        service.operate(&["mail", "retry", "00000000-0000-0000-0000-000000000000"]).done(),
        "0 mails are due now\n"
    );
    assert_eq!(service.operate(&["mail", "retry", &id]).done(), "1 mail is due now\n");
    service.advance(Duration::from_secs(11));
    assert_eq!(postman.handed(2).await[1].id, id);
    comes_to(&service, ALL, 0).await;
}

async fn one_that_hangs_holds_up_no_other(stage: Stage) {
    let (service, postman) = asked(stage, Says::Hangs).await;
    postman.handed(1).await;
    postman.says(Says::Accepted);
    service.register("bob@example.org").await;
    forgot(&service, "bob@example.org").await;
    postman.handed(2).await;
    comes_to(&service, ALL, 1).await;
    // After half a minute the attempt is over.
    service.advance(Duration::from_secs(31));
    comes_to(&service, PUT_OFF, 1).await;
    service.advance(Duration::from_secs(20));
    postman.handed(3).await;
    comes_to(&service, ALL, 0).await;
}

async fn what_a_dead_process_had_taken_is_delivered(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    postman.says(Says::Accepted);
    service.sql(&format!("UPDATE outbox SET holder = x'00', due_at = {}", service.now() + 60_000));
    service.advance(Duration::from_secs(50));
    service.register("bob@example.org").await;
    forgot(&service, "bob@example.org").await;
    assert_eq!(postman.handed(2).await[1].to, "bob@example.org", "hers is taken");
    service.advance(Duration::from_secs(20));
    assert_eq!(postman.handed(3).await[2].to, ANA);
    comes_to(&service, ALL, 0).await;
}

async fn a_clock_that_was_put_back_holds_nothing_up(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    postman.says(Says::Accepted);
    service.sql("UPDATE outbox SET due_at = due_at + 100 * 86400000");
    service.advance(Duration::from_secs(11));
    postman.handed(2).await;
}

/// Whoever can write rows has mails sent by nobody's name: contents are sealed, each for its own row.
async fn what_somebody_else_wrote_is_not_sent(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    postman.says(Says::Accepted);
    service.sql(
        "INSERT INTO outbox (id, kind, by_stranger, secret_version, content, created_at, due_at, attempts, state)
         SELECT 'copied', kind, 0, secret_version, content, created_at, 0, 0, 'waiting' FROM outbox
         UNION ALL SELECT 'invented', kind, 0, 1, x'00', created_at, 0, 0, 'waiting' FROM outbox
         UNION ALL SELECT CAST(x'ff' AS TEXT), kind, 0, -1, NULL, created_at, 0, -5, 'waiting' FROM outbox",
    );
    service.register("bob@example.org").await;
    forgot(&service, "bob@example.org").await;
    let handed = postman.handed(2).await;
    assert_eq!(handed[1].to, "bob@example.org");
    comes_to(
        &service,
        "SELECT count(*) FROM outbox WHERE id IN ('copied', 'invented') AND state = 'failed'",
        2,
    )
    .await;
}

async fn nothing_is_readable_at_rest(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    let message = postman.handed(1).await.remove(0);
    let (_, token) = message.text.split_once("token=").expect("a token");
    let token = token.lines().next().expect("a token").to_owned();
    let code = message.text.lines().find(|line| line.starts_with("    ")).expect("a code").trim().to_owned();
    service.database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("everything in the file");
    let file = std::fs::read(service.database_path()).expect("the database");
    for secret in [token.as_str(), code.as_str(), &code.replace('-', "")] {
        assert!(memchr::memmem::find(&file, secret.as_bytes()).is_none(), "{secret} stands in the database");
    }
    let body = json!({ "token": token, "newPassword": "nine badgers compose a waltz" });
    service.client().post("/reset-password", body).await.ok();
}

async fn strangers_make_room_first(stage: Stage) {
    let (service, postman) = asked(stage, Says::Later).await;
    postman.handed(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 10005)
         INSERT INTO outbox (id, kind, by_stranger, secret_version, content, created_at, due_at, attempts, state)
         SELECT 'x' || n, 'password_reset', 1, 1, x'00', n, 1767225600000 + 3600000, 1, 'waiting' FROM others",
    );
    service.sql(
        "UPDATE outbox SET by_stranger = 0, id = 'known' WHERE kind = 'password_reset' AND id NOT LIKE 'x%'",
    );
    for n in 0..4 {
        forgot(&service, &format!("nobody{n}@example.org")).await;
    }
    assert_eq!(
        service
            .number("SELECT count(*) FROM outbox WHERE by_stranger = 1 AND id IN ('x1', 'x2', 'x3', 'x4')"),
        0
    );
    assert_eq!(service.number("SELECT count(*) FROM outbox WHERE id = 'known'"), 1);
    assert!(service.number(ALL) < 10_005);
    assert!(service.metrics().await.count("mails", "displaced") >= 6);
}

async fn a_past_mail_is_destroyed_without_delivery(stage: Stage) {
    let (service, postman) = asked(stage, Says::Hangs).await;
    postman.handed(1).await;
    service.advance(Duration::from_secs(25 * 3600));
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM outbox WHERE content IS NOT NULL"), 0);
    assert_eq!(service.number(FAILED), 1);
}

async fn answers_are_the_same_while_nothing_is_delivered(stage: Stage) {
    let (service, _) = asked(stage, Says::Hangs).await;
    for n in 0..50 {
        forgot(&service, &format!("nobody{n}@example.org")).await;
    }
    let client = service.client();
    client.post("/login", json!({ "email": ANA, "password": PASSWORD })).await.ok();
    client.get("/session").await.ok();
}

async fn the_developer_sees_mails_on_the_management_address(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service, ANA).await;
    let mail = service.mail().await;
    let listed = service.management(http::Method::GET, "/outbox").await;
    assert_eq!(listed.status, 200, "{listed}");
    assert!(String::from_utf8_lossy(&listed.body).contains(&mail.id), "{listed}");
}

async fn an_operator_sees_whether_mail_works(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    assert_eq!(service.operate(&["mail", "test", ANA]).done(), "accepted\n");
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Mail from mana-auth works"));
    service.operate(&["mail", "test", "no address"]).not_done();
}
