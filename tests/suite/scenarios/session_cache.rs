//! The session cache: what a browser keeps of the answer about its session, and what it is worth.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{NEXT_SECRET, Person, SECRET, Service, Stage},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

scenarios![
    is_set_beside_the_session_cookie,
    is_as_narrow_as_the_session_cookie,
    is_not_set_where_it_is_turned_off,
    is_not_set_where_it_would_be_too_long,
    is_cleared_with_the_session_cookie,
    an_hour_of_browsing_costs_no_statement needs Clock Management,
    says_what_the_database_said,
    counts_with_its_own_session_cookie_alone,
    a_mutation_anywhere_is_ignored needs Management,
    one_of_the_wrong_form_is_ignored,
    is_sealed_anew_before_it_is_old needs Clock Management,
    is_asked_for_anew_after_a_day needs Clock Management,
    is_believed_for_its_time_and_no_longer needs Clock Management,
    a_shorter_time_counts_at_once needs Clock Management,
    one_from_the_future_is_ignored needs Clock Management,
    another_day_or_secret_makes_it_worthless needs Clock Management,
    moves_the_end_of_the_session_all_the_same needs Clock,
    notes_activity_without_a_write_each_time needs Clock Management,
    a_restored_backup_revives_no_answer needs Clock Management,
    lets_nobody_change_anything,
];

const ANA: &str = "ana@example.org";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// The session cache's cookie that an answer sets or clears.
fn cache_of(answer: &Answer) -> Option<crate::client::SetCookie> {
    answer.cookies().into_iter().find(|cookie| cookie.name.ends_with("mana_cache"))
}

fn cache(client: &Client) -> String {
    client.cookie("mana_cache").expect("a session cache in the jar")
}

/// Where the answer to one more read came from: `cookie` or `database`.
async fn source(service: &Service, ana: &Person) -> &'static str {
    let read = async |from| service.metrics().await.count("session_reads", from);
    let (cookie, database) = (read("cookie").await, read("database").await);
    ana.client.get("/session").await.ok();
    match (read("cookie").await - cookie, read("database").await - database) {
        (1, 0) => "cookie",
        (0, 1) => "database",
        other => panic!("{other:?} reads of cookie and database"),
    }
}

async fn is_set_beside_the_session_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert!(!cache(&ana.client).contains(&ana.sid()));
    // Whoever has the session cookie alone gets one with the first answer, and then no more.
    ana.client.forget_cookie("mana_cache");
    let answer = ana.client.get("/session").await;
    assert_eq!(cache_of(&answer).expect("a session cache").max_age(), Some(300));
    assert!(cache_of(&ana.client.get("/session").await).is_none());
    // A token needs none.
    let by_token = service.client().get("/session").bearer(&ana.access).await;
    assert!(cache_of(&by_token).is_none());
}

async fn is_as_narrow_as_the_session_cookie(stage: Stage) {
    let stage = stage.with("public_url", "https://auth.shop.example").with("cookie_domain", "shop.example");
    let service = stage.with("session_cache_seconds", "60").start().await;
    service.register(ANA).await;
    let body = json!({ "email": ANA, "password": crate::service::PASSWORD });
    let cookie = cache_of(&service.client().post("/login", body).await).expect("a session cache");
    assert_eq!(cookie.name, "__Secure-mana_cache");
    let expected = ["domain=shop.example", "httponly", "max-age=60", "path=/", "samesite=lax", "secure"];
    assert_eq!(cookie.attributes, expected);
}

async fn is_not_set_where_it_is_turned_off(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    service.restart_with("session_cache", "false").await;
    // The one that is still there is not looked at.
    service.sql("DELETE FROM invalidations");
    let answer = ana.client.get("/session").await;
    answer.ok();
    assert!(cache_of(&answer).is_none());
    assert!(service.sign_in(ANA).await.client.cookie("mana_cache").is_none());
}

async fn is_not_set_where_it_would_be_too_long(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let image = format!("https://pictures.example/{}", "x".repeat(1900));
    let agent = "y".repeat(500);
    ana.client.post("/profile", json!({ "image": image, "name": "ж".repeat(190) })).await.ok();
    ana.client.forget_cookie("mana_cache");
    service.sql(&format!("UPDATE sessions SET user_agent = '{agent}'"));
    for _ in 0..2 {
        let answer = ana.client.get("/session").await;
        assert_eq!(answer.ok()["user"]["image"], image);
        assert!(cache_of(&answer).is_none());
    }
}

async fn is_cleared_with_the_session_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer = ana.client.post("/logout", json!({})).await;
    assert!(cache_of(&answer).expect("a cleared session cache").is_cleared());
    assert!(ana.client.cookie("mana_cache").is_none());
    let ana = service.sign_in(ANA).await;
    let answer = ana.client.delete(&format!("/sessions/{}", ana.sid())).await;
    assert!(cache_of(&answer).expect("a cleared session cache").is_cleared());
}

/// Statements, and answers out of the database, that an hour costs in which somebody reads every six seconds; or in which
/// nobody does.
async fn an_hour(service: &Service, ana: Option<&Person>) -> (u64, u64, u64) {
    let counts = async || {
        let metrics = service.metrics().await;
        let statements = |kind| metrics.statements(kind);
        (statements("query"), statements("change"), metrics.count("session_reads", "database"))
    };
    let before = counts().await;
    for _ in 0..600 {
        service.advance(Duration::from_secs(6));
        match ana {
            Some(ana) => drop(ana.client.get("/session").await.ok()),
            None => drop(service.client().get("/nothing").await),
        }
    }
    let after = counts().await;
    (after.0 - before.0, after.1 - before.1, after.2 - before.2)
}

async fn an_hour_of_browsing_costs_no_statement(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    // What housekeeping does meanwhile, it does anyway; a run more or less is the clock's.
    let (idle_queries, idle_changes, _) = an_hour(&service, None).await;
    ana.client.get("/session").await.ok();
    let (queries, changes, from_database) = an_hour(&service, Some(&ana)).await;
    assert_eq!(from_database, 0);
    assert!(queries < idle_queries + 100, "{queries} queries, and {idle_queries} without anybody");
    // To note once a minute that the session is used.
    assert!(changes < idle_changes + 60 + 100, "{changes} changes, and {idle_changes} without anybody");
    service.restart_with("session_cache", "false").await;
    let (queries, _, from_database) = an_hour(&service, Some(&ana)).await;
    assert_eq!(from_database, 600);
    assert!(queries >= 600, "{queries}");
}

async fn says_what_the_database_said(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let cached = ana.client.get("/session").await.ok();
    ana.client.forget_cookie("mana_cache");
    assert_eq!(cached, ana.client.get("/session").await.ok());
    // What the owner changes shows with the next answer, like anything else.
    ana.client.post("/profile", json!({ "name": "Another" })).await.ok();
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Another");
}

async fn counts_with_its_own_session_cookie_alone(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    bob.client.set_cookie("mana_cache", &cache(&ana.client));
    assert_eq!(bob.client.get("/session").await.ok()["user"], bob.user);
    let thief = service.client();
    thief.set_cookie("mana_cache", &cache(&ana.client));
    thief.get("/session").await.refused("UNAUTHENTICATED");
    thief.set_cookie("mana_session", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    thief.get("/session").await.refused("UNAUTHENTICATED");
}

async fn a_mutation_anywhere_is_ignored(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let whole = cache(&ana.client);
    assert_eq!(source(&service, &ana).await, "cookie");
    // Every character of header, nonce and tag, and some of the text.
    for index in (0..whole.len()).filter(|index| *index < 90 || index % 40 == 0 || *index > whole.len() - 24) {
        let mut mutated = whole.clone().into_bytes();
        mutated[index] = if mutated[index] == b'A' { b'B' } else { b'A' };
        ana.client.set_cookie("mana_cache", std::str::from_utf8(&mutated).expect("text"));
        assert_eq!(source(&service, &ana).await, "database", "character {index}");
    }
}

async fn one_of_the_wrong_form_is_ignored(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let whole = cache(&ana.client);
    let parts: Vec<&str> = whole.split('.').collect();
    let [header, _, nonce, text, tag] = parts[..] else { panic!("{whole} is no compact JWE") };
    let other_header = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0";
    let long = "x".repeat(5000);
    for wrong in [
        "",
        "x",
        "....",
        &format!("{header}.AAAA.{nonce}.{text}.{tag}"),
        &format!("{other_header}..{nonce}.{text}.{tag}"),
        &format!("{header}..{nonce}.{text}.{tag}."),
        &format!("{header}..{nonce}.{text}.{tag}="),
        &format!("{header}..{nonce}.{text}"),
        &format!("{header}..{nonce}..{tag}"),
        &format!("{header}..{nonce}.{text}.{}", &tag[..8]),
        &format!(" {whole}x"),
        &long,
    ] {
        ana.client.set_cookie("mana_cache", wrong);
        assert_eq!(ana.client.get("/session").await.ok()["user"], ana.user, "{wrong}");
    }
    // Of two, nobody can tell which is theirs.
    ana.client.set_cookie("mana_cache", &format!("{whole}; mana_cache={whole}"));
    assert_eq!(ana.client.get("/session").await.ok()["user"], ana.user);
}

async fn is_sealed_anew_before_it_is_old(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let first = cache(&ana.client);
    service.advance(Duration::from_secs(239));
    assert_eq!(source(&service, &ana).await, "cookie");
    assert_eq!(cache(&ana.client), first);
    service.advance(Duration::from_secs(2));
    assert_eq!(source(&service, &ana).await, "cookie");
    assert_ne!(cache(&ana.client), first);
    service.advance(Duration::from_secs(200));
    assert_eq!(source(&service, &ana).await, "cookie");
}

async fn is_asked_for_anew_after_a_day(stage: Stage) {
    let service = stage.with("session_cache_seconds", "900").start().await;
    let ana = service.someone().await;
    let mut from_database = 0;
    for _ in 0..(25 * 60 / 6) {
        service.advance(6 * MINUTE);
        if source(&service, &ana).await == "database" {
            from_database += 1;
        }
    }
    // At midnight, and after a day.
    assert!((1..=3).contains(&from_database), "{from_database}");
}

async fn is_believed_for_its_time_and_no_longer(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let sealed = cache(&ana.client);
    service.advance(Duration::from_millis(299_990));
    assert_eq!(source(&service, &ana).await, "cookie");
    ana.client.set_cookie("mana_cache", &sealed);
    service.advance(Duration::from_millis(10));
    assert_eq!(source(&service, &ana).await, "database");
}

async fn a_shorter_time_counts_at_once(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let sealed = cache(&ana.client);
    service.advance(Duration::from_secs(31));
    assert_eq!(source(&service, &ana).await, "cookie");
    ana.client.set_cookie("mana_cache", &sealed);
    service.restart_with("session_cache_seconds", "30").await;
    assert_eq!(source(&service, &ana).await, "database");
    assert_eq!(source(&service, &ana).await, "cookie");
}

/// Two processes whose clocks differ by ten seconds.
async fn one_from_the_future_is_ignored(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let ahead = Arc::new(mana_auth::clock::TestClock::new(service.now() + 10_000));
    let beside = service.beside(ahead).await;
    let there = ana.before(&beside);
    there.client.forget_cookie("mana_cache");
    there.client.get("/session").await.ok();
    assert_eq!(source(&beside, &there).await, "cookie");
    ana.client.set_cookie("mana_cache", &cache(&there.client));
    assert_eq!(source(&service, &ana).await, "database");
    // And what is ended here is ended there, whatever either believes of the time.
    ana.client.post("/logout", json!({})).await.ok();
    there.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn another_day_or_secret_makes_it_worthless(stage: Stage) {
    // Four minutes before midnight.
    let mut service = stage.start().await;
    service.advance(DAY - 4 * MINUTE - Duration::from_millis(service.now() % 86_400_000));
    let ana = service.someone().await;
    let sealed = cache(&ana.client);
    service.restart().await;
    assert_eq!(source(&service, &ana).await, "cookie");
    service.restart_with("secrets", &format!("{NEXT_SECRET},{SECRET}")).await;
    assert_eq!(source(&service, &ana).await, "database");
    assert_eq!(source(&service, &ana).await, "cookie");
    service.restart_with("secrets", SECRET).await;
    ana.client.set_cookie("mana_cache", &sealed);
    assert_eq!(source(&service, &ana).await, "cookie");
    service.advance(4 * MINUTE);
    service.restart().await;
    ana.client.set_cookie("mana_cache", &sealed);
    assert_eq!(source(&service, &ana).await, "database");
}

async fn moves_the_end_of_the_session_all_the_same(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..(10 * 24) {
        service.advance(60 * MINUTE);
        ana.client.get("/session").await.ok();
    }
    // In the middle of a lifetime of the cookie, too.
    let end = ana.client.get("/session").await.ok()["session"]["expiresAt"].clone();
    for _ in 0..(25 * 20) {
        service.advance(3 * MINUTE);
        ana.client.get("/session").await.ok();
    }
    assert_ne!(ana.client.get("/session").await.ok()["session"]["expiresAt"], end);
}

async fn notes_activity_without_a_write_each_time(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let last = || service.number("SELECT last_activity_at FROM sessions");
    let first = last();
    for _ in 0..20 {
        service.advance(Duration::from_secs(10));
        assert_eq!(source(&service, &ana).await, "cookie");
    }
    service.tick().await;
    let noted = last();
    assert!(noted > first && u64::try_from(noted).expect("a time") >= service.now() - 60_000);
    let list = ana.client.get("/sessions").await.ok();
    assert_ne!(list[0]["lastActivityAt"], list[0]["createdAt"]);
}

/// After a restore, the same positions mean other changes.
async fn a_restored_backup_revives_no_answer(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in(ANA).await;
    service.restart().await;
    let backup = tempfile::NamedTempFile::new().expect("a file");
    std::fs::remove_file(backup.path()).expect("it is there");
    service.sql(&format!("VACUUM INTO '{}'", backup.path().display()));
    // What happens now, the backup does not know: a change that the answer covers, and an end that it does not.
    service.sql("UPDATE users SET name = 'After the backup'");
    ana.client.forget_cookie("mana_cache");
    ana.client.get("/session").await.ok();
    assert_eq!(source(&service, &ana).await, "cookie");
    service.restore(backup.path()).await;
    // Other changes take the numbers.
    for n in 0..5 {
        service.sql(&format!("UPDATE users SET name = 'Restored {n}'"));
    }
    assert_eq!(source(&service, &ana).await, "database");
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Restored 4");
    assert!(other.is_signed_in().await);
}

/// It says who somebody is, to themselves. To do anything takes the database's word.
async fn lets_nobody_change_anything(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    service.sql("DELETE FROM sessions");
    // As if nobody had noticed the end.
    service.sql("DELETE FROM invalidations WHERE subject NOT LIKE 'start:%'");
    ana.client.post("/profile", json!({ "name": "x" })).await.refused("UNAUTHENTICATED");
    ana.client.get("/sessions").await.refused("UNAUTHENTICATED");
}
