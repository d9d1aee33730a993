//! Answers that are given again without being made again: until the first moment at which another one is due, and as long as
//! nobody touches what they speak of.

use crate::{
    client::Answer,
    jwt::Jwt,
    scenarios,
    service::{Person, Service, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    whatever_trace_they_are_a_part_of needs Management,
    of_a_bearer_and_of_the_key_set needs Management,
    of_a_session_cookie_alone needs Management,
    but_a_changed_user_agent_is_seen needs Management,
    to_nobody_else,
    until_the_user_is_changed,
    until_another_server_starts needs Management,
    until_activity_is_to_be_noted needs Clock Sqlite,
    until_the_cookie_is_to_be_renewed needs Clock,
    until_the_session_is_to_slide needs Clock,
    until_the_token_expires needs Clock,
    until_the_session_ends needs Clock,
    not_when_the_clock_was_put_back needs Clock Management,
];

const MILLISECOND: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_secs(86_400);

/// How many of the reads were answered from memory.
async fn repeated(service: &Service, reads: impl AsyncFnOnce()) -> u64 {
    let before = service.metrics().await.answers_repeated();
    reads().await;
    service.metrics().await.answers_repeated() - before
}

/// A read that is as the one before it, twice.
async fn read_twice(person: &Person) -> Answer {
    let first = person.client.get("/session").await;
    let second = person.client.get("/session").await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    second
}

async fn whatever_trace_they_are_a_part_of(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    let hits = repeated(&service, async || {
        for n in 0..20 {
            let trace = format!("00-{:032x}-{:016x}-01", n + 1, n + 1);
            let read = ana.client.get(&format!("/session?n={n}"));
            read.header("traceparent", &trace).header("accept-language", &format!("x-{n}")).await.ok();
        }
    })
    .await;
    // Over PostgreSQL nothing is current without a poll, as long as no bound is configured.
    assert!(if service.is_over_postgres() { hits == 0 } else { hits >= 18 }, "{hits}");
}

async fn of_a_bearer_and_of_the_key_set(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let hits = repeated(&service, async || {
        for _ in 0..10 {
            client.get("/session").bearer(&ana.access).await.ok();
            client.get("/jwks").await.ok();
        }
    })
    .await;
    // The first reads of a token are of the database: one in each instance.
    assert!(if service.is_over_postgres() { hits == 0 } else { hits >= 12 }, "{hits}");
}

/// A backend that passes the session cookie on, and keeps nothing that it is given.
async fn of_a_session_cookie_alone(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let cookie = format!("mana_session={}", ana.client.session_cookie().1);
    let backend = service.client();
    let read = async || backend.get("/session").without_cookies().header("cookie", &cookie).await;
    let hits = repeated(&service, async || {
        for _ in 0..20 {
            assert_eq!(read().await.ok()["user"], ana.user);
        }
    })
    .await;
    // Each instance reads the database, and gives the session cache twice, before it gives none.
    assert!(if service.is_over_postgres() { hits == 0 } else { hits >= 12 }, "{hits}");
    service.sql("UPDATE users SET name = 'Another'");
    assert_eq!(read().await.ok()["user"]["name"], "Another");
    for _ in 0..5 {
        read().await.ok();
    }
    ana.client.post("/logout", json!({})).await.ok();
    read().await.refused("UNAUTHENTICATED");
}

/// Whoever has somebody's cookies, and not their browser, is told of however often the owner reads.
async fn but_a_changed_user_agent_is_seen(stage: Stage) {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let owner = service.client();
    let right = json!({ "email": "ana@example.org", "password": crate::service::PASSWORD });
    owner.post("/login", right).header("user-agent", FIREFOX).await.ok();
    let cookie = format!("mana_session={}", owner.session_cookie().1);
    let client = service.client();
    let read = async |agent: &str| {
        client
            .get("/session")
            .without_cookies()
            .header("cookie", &cookie)
            .header("user-agent", agent)
            .await
            .ok();
    };
    for _ in 0..10 {
        read(FIREFOX).await;
    }
    let reports =
        || service.number("SELECT count(*) FROM security_events WHERE event_type = 'suspicious_activity'");
    assert_eq!(reports(), 0);
    read("curl/8.0").await;
    assert_eq!(reports(), 1);
}

async fn to_nobody_else(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let email = |answer: Answer| answer.ok()["user"]["email"].clone();
    for _ in 0..3 {
        for (person, address) in [(&ana, "ana@example.org"), (&bob, "bob@example.org")] {
            assert_eq!(email(person.client.get("/session").await), address);
            assert_eq!(email(ana.client.get("/session").bearer(&person.access).await), address);
        }
    }
    // The cookies of two people, each with what was remembered of the other.
    let cookies = |of: &Person, cache: &Person| {
        let session = of.client.session_cookie().1;
        format!("mana_session={session}; mana_cache={}", cache.client.cookie("mana_cache").expect("a cache"))
    };
    for _ in 0..3 {
        let mixed = service.client().get("/session").header("cookie", &cookies(&ana, &bob)).await;
        assert_eq!(email(mixed), "ana@example.org");
        let mixed = service.client().get("/session").header("cookie", &cookies(&bob, &ana)).await;
        assert_eq!(email(mixed), "bob@example.org");
        service.client().get("/session").await.refused("UNAUTHENTICATED");
    }
}

async fn until_the_user_is_changed(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for name in ["Ana", "Ana Lovelace"] {
        read_twice(&ana).await;
        assert_eq!(service.sql(&format!("UPDATE users SET name = '{name}'")), 1);
        assert_eq!(read_twice(&ana).await.ok()["user"]["name"], name);
    }
}

/// Only the database can tell whether a backup was restored in between.
async fn until_another_server_starts(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    read_twice(&ana).await;
    let beside = service.beside(service.clock()).await;
    assert_eq!(repeated(&service, async || drop(ana.client.get("/session").await.ok())).await, 0);
    ana.before(&beside).client.post("/logout", json!({})).await.ok();
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn until_activity_is_to_be_noted(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let began = service.now();
    let noted = async || {
        service.tick().await;
        u64::try_from(service.number("SELECT last_activity_at FROM sessions")).expect("a time")
    };
    service.advance(Duration::from_secs(60) - MILLISECOND);
    read_twice(&ana).await;
    assert_eq!(noted().await, began);
    service.advance(MILLISECOND);
    read_twice(&ana).await;
    assert_eq!(noted().await, began + 60_000);
}

async fn until_the_cookie_is_to_be_renewed(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let first = ana.cache();
    service.advance(Duration::from_secs(240) - MILLISECOND);
    read_twice(&ana).await;
    assert_eq!(ana.cache(), first);
    service.advance(MILLISECOND);
    ana.client.get("/session").await.ok();
    assert_ne!(ana.cache(), first);
}

async fn until_the_session_is_to_slide(stage: Stage) {
    let service = stage.with("session_cache_seconds", "900").start().await;
    let ana = service.someone().await;
    // The cookie is young.
    service.advance(DAY - Duration::from_secs(100));
    read_twice(&ana).await;
    service.advance(Duration::from_secs(100) - MILLISECOND);
    assert!(read_twice(&ana).await.cookies().is_empty());
    service.advance(MILLISECOND);
    let moved = ana.client.get("/session").await;
    assert_eq!(moved.session_cookie().max_age(), Some(7 * 86_400));
    assert!(moved.ok()["session"]["expiresAt"].is_string());
}

async fn until_the_token_expires(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let ends = Jwt::parse(&ana.access).claims["exp"].as_u64().expect("a time") * 1000;
    service.advance(Duration::from_millis(ends - service.now()) - MILLISECOND);
    for _ in 0..3 {
        client.get("/session").bearer(&ana.access).await.ok();
    }
    service.advance(MILLISECOND);
    client.get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
}

async fn until_the_session_ends(stage: Stage) {
    let service = stage.with("session_absolute_days", "1").with("session_cache_seconds", "900").start().await;
    let ana = service.someone().await;
    service.advance(DAY - Duration::from_secs(100));
    read_twice(&ana).await;
    service.advance(Duration::from_secs(100) - MILLISECOND);
    read_twice(&ana).await.ok();
    service.advance(MILLISECOND);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn not_when_the_clock_was_put_back(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    read_twice(&ana).await;
    service.clock().set(service.now() - 10_000);
    assert_eq!(repeated(&service, async || drop(ana.client.get("/session").await.ok())).await, 0);
}
