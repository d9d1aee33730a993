//! Every label that the contract promises is counted, and none that it doesn't: a scenario for each counter.

use crate::{
    eventually::eventually,
    repository::root,
    runner::{
        gate::Gate,
        postman::{Postman, Says},
    },
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Person, Service, Stage,
        guesses::{ANA, guess, login, nobody, right, wrong},
    },
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

scenarios![
    no_counter_is_forgotten needs Management,
    registrations needs Management Mail,
    sign_ins needs Management Passwords Mail,
    sessions_opened needs Management,
    refreshes needs Management Clock,
    token_validations needs Management Clock,
    session_reads needs Management,
    sessions_ended needs Management Mail,
    audit_events needs Management Clock Sqlite,
    lockouts needs Management,
    mails needs Management Postman Clock,
    rate_limited needs Management,
    suspicious_activities needs Management Clock,
    rows_pruned needs Management Clock Sqlite,
];

const DAY: Duration = Duration::from_secs(86_400);

/// What the contract says that is counted, and the labels of each.
fn promised() -> BTreeMap<String, BTreeSet<String>> {
    let wit = fs::read_to_string(root().join("wit/platform.wit")).expect("the contract");
    let (_, counters) = wit.split_once("enum metric {").expect("the counters");
    let (counters, _) = counters.split_once('}').expect("their end");
    let mut promised = BTreeMap::new();
    let mut labels = BTreeSet::new();
    for line in counters.lines().map(str::trim) {
        match (line.strip_prefix("///"), line.strip_suffix(',')) {
            (Some(doc), _) => labels.extend(doc.split('`').skip(1).step_by(2).map(str::to_owned)),
            (None, Some(name)) => drop(promised.insert(name.replace('-', "_"), std::mem::take(&mut labels))),
            (None, None) => {}
        }
    }
    promised
}

/// How often each label of a counter was counted.
async fn counted(service: &Service, counter: &str) -> BTreeMap<String, u64> {
    let text = service.metrics().await.text;
    let sample = format!("mana_auth_{counter}_total{{");
    let samples = text.lines().filter_map(|line| line.strip_prefix(&sample));
    let label = |sample: &str| {
        let (label, value) = sample.split_once("\"} ")?;
        Some((label.split_once("=\"")?.1.to_owned(), value.parse().ok()?))
    };
    samples.map(|sample| label(sample).unwrap_or_else(|| panic!("{sample}"))).collect()
}

async fn has_counted_each_label(service: &Service, counter: &str) {
    let counted = counted(service, counter).await;
    let told: BTreeSet<String> = counted.keys().cloned().collect();
    assert_eq!(Some(&told), promised().get(counter), "the labels that are told, and those of the contract");
    assert!(counted.values().all(|count| *count > 0), "not all of {counter} was counted: {counted:?}");
}

/// The counters that have a scenario here.
fn counters() -> BTreeSet<String> {
    SCENARIOS.iter().skip(1).map(|scenario| scenario.name.to_owned()).collect()
}

async fn no_counter_is_forgotten(stage: Stage) {
    assert_eq!(
        counters(),
        promised().into_keys().collect(),
        "the scenarios here, and the contract's counters"
    );
    let service = stage.start().await;
    for (counter, labels) in promised() {
        let told: BTreeSet<String> = counted(&service, &counter).await.into_keys().collect();
        assert_eq!(told, labels, "{counter}, before anything was counted");
    }
}

async fn registrations(stage: Stage) {
    let service = stage.with("require_email_verification", "true").start().await;
    service.someone_proven().await;
    service.client().post("/register", json!({ "email": ANA, "password": "aaaaaaaaaaaa" })).await.is(400);
    has_counted_each_label(&service, "registrations").await;
}

async fn sign_ins(stage: Stage) {
    let gate = Gate::new();
    let stage = stage.with("limit_sign_in_client", "6").with("require_email_verification", "true");
    let service = stage.gated(&gate).start().await;
    service.someone_proven().await;
    gate.refuse();
    login(&service.client(), right()).await.refused("OVERLOADED");
    gate.open();
    service.sql("UPDATE users SET banned = true");
    login(&service.client(), right()).await.refused("ACCOUNT_BANNED");
    service.sql("UPDATE users SET banned = false, email_verified = false");
    login(&service.client(), right()).await.refused("EMAIL_NOT_VERIFIED");
    guess(&service, 3).await;
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
    login(&service.client(), nobody(1)).await.refused("INVALID_CREDENTIALS");
    login(&service.client(), nobody(2)).await.refused("RATE_LIMITED");
    has_counted_each_label(&service, "sign_ins").await;
}

async fn sessions_opened(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    service.sign_in_with(json!({ "email": ANA, "password": PASSWORD, "rememberMe": true })).await;
    has_counted_each_label(&service, "sessions_opened").await;
}

async fn refreshes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let refresh =
        async |token: &str| service.client().post("/refresh", json!({ "refreshToken": token })).await;
    refresh("never-issued").await.refused("INVALID_REFRESH_TOKEN");
    refresh(&ana.refresh).await.ok();
    refresh(&ana.refresh).await.ok();
    let other = service.sign_in(ANA).await;
    refresh(&other.refresh).await.ok();
    service.advance(Duration::from_secs(120));
    refresh(&other.refresh).await.ok();
    is_copied(&service, &ana.refresh).await;
    has_counted_each_label(&service, "refreshes").await;
}

/// Somebody has a copy of a refresh token, and both use it.
async fn is_copied(service: &Service, token: &str) {
    let refresh =
        async |token: &str| service.client().post("/refresh", json!({ "refreshToken": token })).await;
    let next = refresh(token).await.ok();
    refresh(next["refreshToken"].as_str().expect("a token")).await.ok();
    refresh(token).await.refused("INVALID_REFRESH_TOKEN");
}

/// A chain has had more tokens than any honest one.
async fn is_flooded(service: &Service, token: &str) {
    service.sql("UPDATE refresh_tokens SET generation = 20000 WHERE generation = (SELECT max(generation) FROM refresh_tokens)");
    let flood = service.client().post("/refresh", json!({ "refreshToken": token })).await;
    flood.refused("INVALID_REFRESH_TOKEN");
}

async fn token_validations(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let validate =
        async |token: &str| service.client().post("/validate", json!({ "token": token })).await.ok();
    validate("never-issued").await;
    validate(&ana.access).await;
    let ended = service.sign_in(ANA).await;
    ended.client.post("/logout", json!({})).await.ok();
    validate(&ended.access).await;
    service.sql("UPDATE users SET role = 'admin'");
    validate(&ana.access).await;
    service.advance(Duration::from_secs(3_600));
    validate(&ana.access).await;
    has_counted_each_label(&service, "token_validations").await;
}

async fn session_reads(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let read = async || ana.client.get("/session").await.ok();
    service.sql("UPDATE users SET name = 'Another'");
    read().await;
    read().await;
    // Until an instance is asked that remembers it.
    for _ in 0..100 {
        ana.client.forget_cookie("mana_cache");
        read().await;
        ana.client.get("/session").without_cookies().bearer(&ana.access).await.ok();
        let metrics = service.metrics().await;
        if ["memory", "token"].iter().all(|source| metrics.count("session_reads", source) > 0) {
            break;
        }
    }
    has_counted_each_label(&service, "session_reads").await;
}

async fn sessions_ended(stage: Stage) {
    let service = stage.with("sessions_per_user", "2").start().await;
    let ana = service.someone().await;
    login(&ana.client, right()).await.ok();
    service.sign_in(ANA).await;
    let third = service.sign_in(ANA).await;
    let ended = async |reason: &str| service.metrics().await.count("sessions_ended", reason);
    assert_eq!((ended("replaced").await, ended("displaced").await), (1, 1));
    third.client.delete("/sessions").await.ok();
    is_copied(&service, &third.refresh).await;
    is_flooded(&service, &service.sign_in(ANA).await.refresh).await;
    let other: Person = service.sign_in(ANA).await;
    other.client.post("/logout", json!({})).await.ok();
    let last = service.sign_in(ANA).await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    last.client.post("/change-password", change).await.ok();
    service.all_mails().await;
    // As if she had been told of nothing lately.
    service.sql("DELETE FROM suspicions");
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let reset = json!({ "token": service.mail().await.token(), "newPassword": "eleven herons mend a roof" });
    service.sign_in_with(json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
    service.client().post("/reset-password", reset).await.ok();
    service.sign_in_with(json!({ "email": ANA, "password": "eleven herons mend a roof" })).await;
    let notices = service.all_mails().await;
    let notice = notices.iter().rfind(|mail| mail.link().contains("/not-me?")).expect("a notice");
    service.client().post("/not-me", json!({ "token": notice.token() })).await.ok();
    has_counted_each_label(&service, "sessions_ended").await;
}

async fn audit_events(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    let refusing = async |what: &str| {
        service.refuse_events(what);
        let body = json!({ "email": ANA, "password": PASSWORD, "deviceName": "the unspeakable" });
        service.sign_in_with(body).await;
        service.accept_events();
    };
    refusing("NEW.metadata LIKE '%unspeakable%'").await;
    refusing("TRUE").await;
    service.tick().await;
    // As many as there may be within a minute.
    let now = service.now();
    service.sql(&format!(
        "INSERT INTO event_rates (event_type, since, count) VALUES ('login_failure', {now}, 6000)"
    ));
    // Some that nobody of the service's wrote.
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 601)
         INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, mac)
         SELECT printf(iif(n = 1, '01900000-0000-7000-8000-%012x', 'ffffffff-ffff-7000-8000-%012x'), n),
                'login_failure', '{}', 1, zeroblob(32), zeroblob(32),
                CAST(x'00000001' || zeroblob(32) AS BLOB) FROM others",
    );
    login(&service.client(), nobody(1)).await.refused("INVALID_CREDENTIALS");
    for _ in 0..3 {
        service.advance(Duration::from_secs(15 * 60));
        service.tick().await;
    }
    has_counted_each_label(&service, "audit_events").await;
}

async fn lockouts(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..5 {
        let body = json!({ "currentPassword": OTHER_PASSWORD, "newPassword": "eleven herons mend a roof" });
        ana.client.post("/change-password", body).await.refused("INVALID_CREDENTIALS");
    }
    for _ in 0..5 {
        login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
    }
    guess(&service, 5).await;
    has_counted_each_label(&service, "lockouts").await;
}

async fn mails(stage: Stage) {
    let postman = Postman::new(Says::Later);
    let service = stage.with_postman(&postman).start().await;
    service.register(ANA).await;
    let forgot =
        async |email: &str| service.client().post("/forgot-password", json!({ "email": email })).await.ok();
    let is_counted = async |outcome: &str| {
        eventually(|| async { (service.metrics().await.count("mails", outcome) > 0).then_some(()) }).await;
    };
    forgot(ANA).await;
    forgot("bob@example.org").await;
    is_counted("later").await;
    is_counted("nobody").await;
    postman.says(Says::Never);
    service.advance(Duration::from_secs(20));
    is_counted("failed").await;
    postman.says(Says::Accepted);
    forgot(ANA).await;
    is_counted("accepted").await;
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 10001)
         INSERT INTO outbox (id, kind, by_stranger, secret_version, created_at, due_at, attempts, state)
         SELECT 'x' || n, 'password_reset', 1, 1, 0, 0, 1, 'failed' FROM others",
    );
    forgot("carol@example.org").await;
    has_counted_each_label(&service, "mails").await;
}

async fn rate_limited(stage: Stage) {
    let limits = ["limit_sign_in_client", "limit_refresh_client", "limit_validate_client"];
    let stage = limits.into_iter().fold(stage, |stage, limit| stage.with(limit, "1"));
    let service = stage.with("limit_registration_client", "1").start().await;
    let client = service.client();
    service.register(ANA).await;
    client.post("/register", nobody(1)).await.refused("RATE_LIMITED");
    login(&client, nobody(1)).await.refused("INVALID_CREDENTIALS");
    login(&client, nobody(2)).await.refused("RATE_LIMITED");
    let never_issued = json!({ "refreshToken": "never-issued", "token": "never-issued" });
    client.post("/refresh", json!({ "refreshToken": "never-issued" })).await.refused("INVALID_REFRESH_TOKEN");
    client.post("/refresh", never_issued).await.refused("RATE_LIMITED");
    client.post("/validate", json!({ "token": "never-issued" })).await.ok();
    client.post("/validate", json!({ "token": "never-issued" })).await.refused("RATE_LIMITED");
    let wrong_code = json!({ "email": ANA, "code": "0000-0000", "newPassword": OTHER_PASSWORD });
    client.post("/reset-password", wrong_code.clone()).await.refused("TOKEN_INVALID");
    service.sql("UPDATE attempts SET count = 1000 WHERE counter = 'code:all'");
    client.post("/reset-password", wrong_code).await.refused("TOKEN_INVALID");
    has_counted_each_label(&service, "rate_limited").await;
}

async fn suspicious_activities(stage: Stage) {
    let service = stage.with("session_cache", "false").with("lockout_failures", "20").start().await;
    let ana = service.someone().await;
    is_copied(&service, &ana.refresh).await;
    is_flooded(&service, &service.sign_in(ANA).await.refresh).await;
    guess(&service, 11).await;
    login(&service.client(), right()).await.ok();
    for n in 0..33 {
        let agent = format!("agent/{n}");
        login_as(&service, n, &agent).await;
    }
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let client = service.client();
    client.post("/login", right()).header("user-agent", firefox).await.ok();
    client.get("/session").header("user-agent", "curl/8.0").await.ok();
    has_counted_each_label(&service, "suspicious_activities").await;
}

async fn login_as(service: &Service, n: u32, agent: &str) {
    let answer = service.client().post("/login", nobody(n)).header("user-agent", agent).await;
    answer.refused("INVALID_CREDENTIALS");
}

async fn rows_pruned(stage: Stage) {
    const TICKS: u32 = 50;
    let service = stage.with("audit_retention_days", "30").start().await;
    service.someone().await;
    guess(&service, 5).await;
    for n in 0..3 {
        login(&service.client(), nobody(n)).await.refused("INVALID_CREDENTIALS");
    }
    service.append_events(300);
    service.tick().await;
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 100010)
         INSERT INTO invalidations (subject) SELECT 'user:' || n FROM others",
    );
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 1010)
         INSERT INTO starts (nonce) SELECT printf('%016x', n) FROM others",
    );
    // Mails and challenges that nobody looks at any more.
    service.sql(
        "INSERT INTO outbox (id, kind, by_stranger, secret_version, created_at, due_at, attempts, state)
         VALUES ('x', 'password_reset', 1, 1, 0, 0, 1, 'failed')",
    );
    service.sql(
        "INSERT INTO challenges (id, purpose, position, token_hash, user_id, credential_version, email, created_at, expires_at)
         VALUES ('x', 'password_reset', 1, x'00', 'x', 1, 'x', 0, 0)",
    );
    // A process died while it hashed; and more accounts were guessed at than there is room for.
    service.sql("INSERT INTO reservations (counter, subject, at, nonce) VALUES ('account', x'00', 0, x'00')");
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 1000010)
         INSERT INTO lockouts (counter, subject, failures, failed_at, locked_until, times)
         SELECT 'account', CAST(n AS BLOB), 1, 0, 0, 0 FROM others",
    );
    for _ in 0..TICKS {
        service.advance(8 * DAY);
        service.tick().await;
        if counted(&service, "rows_pruned").await.values().all(|count| *count > 0) {
            break;
        }
    }
    has_counted_each_label(&service, "rows_pruned").await;
}
