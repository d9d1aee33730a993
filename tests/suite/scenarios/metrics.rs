//! What the service counts, and what it must not tell.

use crate::{
    jwt::Jwt,
    repository::root,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage},
    shape,
};
use http::Method;
use serde_json::json;
use std::{fs, time::Duration};

scenarios![
    every_counter_of_the_contract_counts needs Management,
    outcomes_are_told_apart needs Management,
    living_sessions_are_counted needs Management Clock,
    sessions_are_counted_by_an_index_alone needs Sqlite,
    tells_nothing_of_anyone needs Management,
    an_answer_takes_no_memory_for_good needs Management,
];

/// Everything that is counted happens at least once.
async fn busy_day(service: &Service) -> Person {
    let ana = service.someone().await;
    let client = service.client();
    client.post("/register", json!({ "email": "ana@example.org", "password": PASSWORD })).await.is(409);
    let wrong = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
    client.post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    client.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    client.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    let copied = service.sign_in("ana@example.org").await;
    let next = client.post("/refresh", json!({ "refreshToken": copied.refresh })).await.ok();
    client.post("/refresh", json!({ "refreshToken": next["refreshToken"] })).await.ok();
    client.post("/refresh", json!({ "refreshToken": copied.refresh })).await.refused("INVALID_REFRESH_TOKEN");
    client.post("/refresh", json!({ "refreshToken": "never-issued" })).await.refused("INVALID_REFRESH_TOKEN");
    client.post("/validate", json!({ "token": ana.access })).await.ok();
    client.post("/validate", json!({ "token": "never-issued" })).await.ok();
    let bob = json!({ "email": "bob@example.org", "password": OTHER_PASSWORD });
    for _ in 0..5 {
        client.post("/login", bob.clone()).await.refused("INVALID_CREDENTIALS");
    }
    client.post("/login", bob.clone()).await.refused("ACCOUNT_LOCKED");
    client.post("/validate", json!({ "token": "never-issued" })).await.ok();
    client.post("/validate", json!({ "token": "never-issued" })).await.refused("RATE_LIMITED");
    let other = service.sign_in("ana@example.org").await;
    other.client.post("/logout", json!({})).await.ok();
    let expired = service.sign_in("ana@example.org").await;
    service.sql(&format!("UPDATE sessions SET expires_at = 1 WHERE id = '{}'", expired.sid()));
    service.tick().await;
    service.refuse_events("TRUE");
    service.sign_in("ana@example.org").await;
    service.accept_events();
    client.post("/forgot-password", json!({ "email": "ana@example.org" })).await.ok();
    ana
}

async fn every_counter_of_the_contract_counts(stage: Stage) {
    let service = stage.with("limit_validate_client", "2").start().await;
    busy_day(&service).await;
    let metrics = service.metrics().await;
    let wit = fs::read_to_string(root().join("wit/platform.wit")).expect("the contract");
    let (_, counters) = wit.split_once("enum metric {").expect("the counters");
    let (counters, _) = counters.split_once('}').expect("their end");
    let names = counters.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
    let names: Vec<String> = names.map(|name| name.trim_end_matches(',').replace('-', "_")).collect();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let sample = format!("mana_auth_{name}_total{{");
        let counted = metrics.text.lines().filter(|line| line.starts_with(&sample) && !line.ends_with(" 0"));
        assert!(counted.count() > 0, "{name} counted nothing:\n{}", metrics.text);
    }
    assert!(!metrics.text.contains("=\"other\""), "a word that the host does not know:\n{}", metrics.text);
}

async fn outcomes_are_told_apart(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let before = service.metrics().await;
    let ana = service.sign_in("ana@example.org").await;
    let wrong = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
    for _ in 0..2 {
        service.client().post("/login", wrong.clone()).await.refused("INVALID_CREDENTIALS");
    }
    let validate =
        async |token: &str| service.client().post("/validate", json!({ "token": token })).await.ok();
    validate(&ana.access).await;
    let first = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    service.client().post("/refresh", json!({ "refreshToken": first["refreshToken"] })).await.ok();
    let copied = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await;
    copied.refused("INVALID_REFRESH_TOKEN");
    validate(&ana.access).await;
    let after = service.metrics().await;
    for (name, label, by) in [
        ("registrations", "created", 0),
        ("sign_ins", "success", 1),
        ("sign_ins", "mismatch", 2),
        ("sign_ins", "banned", 0),
        ("refreshes", "rotated", 2),
        ("refreshes", "reused", 1),
        ("token_validations", "valid", 1),
        ("token_validations", "revoked", 1),
        ("sessions_opened", "false", 1),
        ("sessions_ended", "refresh_reuse", 1),
        ("sessions_ended", "logout", 0),
    ] {
        let counted = after.count(name, label) - before.count(name, label);
        assert_eq!(counted, by, "{name} {label}:\n{}", after.text);
    }
}

async fn living_sessions_are_counted(stage: Stage) {
    let service = stage.start().await;
    assert_eq!(living(&service).await, (None, None), "nobody has counted yet");
    come_to(&service, 0, 0).await;
    let ana = service.someone().await;
    service.sign_in("ana@example.org").await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": true });
    service.sign_in_with(body).await;
    come_to(&service, 1, 2).await;
    ana.client.post("/logout", json!({})).await.ok();
    come_to(&service, 1, 1).await;
    service.advance(Duration::from_secs(8 * 86_400));
    come_to(&service, 1, 0).await;
    service.advance(Duration::from_secs(23 * 86_400));
    come_to(&service, 0, 0).await;
}

/// How many sessions are told to be alive: those that are remembered, and the others.
async fn living(service: &Service) -> (Option<u64>, Option<u64>) {
    let text = service.metrics().await.text;
    let of = |remember_me: bool| {
        let sample = format!("mana_auth_active_sessions{{remember_me=\"{remember_me}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&sample)?.parse().ok())
    };
    (of(true), of(false))
}

/// Housekeeping counts so many. When time has passed it is also done unasked, and one process does it at a time.
async fn come_to(service: &Service, remembered: u64, others: u64) {
    const ATTEMPTS: usize = 1000;
    let expected = (Some(remembered), Some(others));
    for _ in 0..ATTEMPTS {
        service.tick().await;
        if living(service).await == expected {
            return;
        }
    }
    panic!("{:?} are told, not {expected:?}", living(service).await);
}

/// There may be ten million.
async fn sessions_are_counted_by_an_index_alone(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    let database = service.database();
    let sql = "EXPLAIN QUERY PLAN SELECT count(*), count(CASE WHEN remember_me THEN 1 END) FROM sessions \
               WHERE expires_at > ?1";
    let mut statement = database.prepare(sql).expect("a statement");
    let plan = statement.query_map([1], |row| row.get::<_, String>(3)).expect("a plan");
    let plan: Vec<String> = plan.map(|step| step.expect("a step")).collect();
    assert_eq!(plan, ["SEARCH sessions USING COVERING INDEX sessions_expiry (expires_at>?)"]);
}

async fn tells_nothing_of_anyone(stage: Stage) {
    let service = stage.with("limit_validate_client", "2").start().await;
    let ana = busy_day(&service).await;
    for path in [
        format!("/api/v1/auth/sessions/{}", ana.sid()),
        "/made/up/by/a/client".to_owned(),
        "/api/v1/auth/session?ana@example.org".to_owned(),
    ] {
        service.client().call(Method::GET, &path).await;
    }
    // That no password, token or cookie is there, is checked on every answer.
    let metrics = service.metrics().await.text.to_lowercase();
    let kid = shape::text(&Jwt::parse(&ana.access).header["kid"]).to_lowercase();
    let (user, sid) = (shape::uuid(&ana.user["id"]), ana.sid());
    for known in ["ana", "example", "@", "some one", "127.0.0.1", "made", "?", &kid, &user, &sid] {
        // The prefix of every name holds the first of them.
        let mut samples = metrics.lines().filter(|line| !line.starts_with('#'));
        let found = samples.find(|line| line.replace("mana_auth", "").contains(known));
        assert_eq!(found, None, "{known} is told");
    }
}

/// What one request left behind would be a page for every thousand.
async fn an_answer_takes_no_memory_for_good(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let read = async |times: u32| {
        for _ in 0..times {
            ana.client.get("/session").await.ok();
        }
        service.metrics().await.instance_memory()
    };
    let (mut before, mut after) = (read(1_000).await, read(5_000).await);
    if after != before {
        // The spare instance may have come up meanwhile, once.
        (before, after) = (after, read(5_000).await);
    }
    assert!(after - before < 192 * 1024, "{before} bytes, then {after}");
}
