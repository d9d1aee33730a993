//! The session cache as time passes: what it spares, and how long it is believed.

use crate::{
    scenarios,
    service::{NEXT_SECRET, SECRET, Service, Stage},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

scenarios![
    a_thousand_reads_cost_no_statement needs Clock Management,
    an_hour_of_browsing_costs_no_read_of_the_database needs Clock Management,
    is_sealed_anew_before_it_is_old needs Clock Management,
    is_asked_for_anew_after_a_day needs Clock Management,
    is_believed_for_its_time_and_no_longer needs Clock Management,
    a_shorter_time_counts_at_once needs Clock Management,
    one_from_the_future_is_ignored needs Clock Management,
    another_day_or_secret_makes_it_worthless needs Clock Management,
    moves_the_end_of_the_session_all_the_same needs Clock,
    notes_activity_without_a_write_each_time needs Clock Management,
    a_restored_backup_revives_no_answer needs Clock Management Sqlite,
];

const ANA: &str = "ana@example.org";
const MINUTE: Duration = Duration::from_secs(60);

const DAY: Duration = Duration::from_secs(86_400);

/// Statements that were sent, and answers that came out of the database.
async fn counts(service: &Service) -> (u64, u64, u64) {
    let metrics = service.metrics().await;
    let statements = |kind| metrics.statements(kind);
    (statements("query"), statements("change"), metrics.count("session_reads", "database"))
}

/// While the clock stands still, nothing is done but the reads; only a spare instance may still be coming up, which reads
/// what it starts with.
async fn a_thousand_reads_cost_no_statement(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    let before = counts(&service).await;
    for _ in 0..1_000 {
        ana.client.get("/session").await.ok();
    }
    let after = counts(&service).await;
    assert_eq!((after.1, after.2), (before.1, before.2));
    assert!(after.0 - before.0 < 10, "{before:?}, {after:?}");
    service.restart_with("session_cache", "false").await;
    let before = counts(&service).await;
    for _ in 0..10 {
        ana.client.get("/session").await.ok();
    }
    let after = counts(&service).await;
    assert_eq!(after.2 - before.2, 10, "and one each without it");
    assert!(after.0 - before.0 >= 10, "{before:?}, {after:?}");
}

/// Somebody reads every six seconds. What housekeeping does meanwhile, it does anyway.
async fn an_hour_of_browsing_costs_no_read_of_the_database(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    let an_hour = async |service: &Service| {
        let before = counts(service).await;
        for _ in 0..600 {
            service.advance(Duration::from_secs(6));
            ana.client.get("/session").await.ok();
        }
        counts(service).await.2 - before.2
    };
    assert_eq!(an_hour(&service).await, 0);
    service.restart_with("session_cache", "false").await;
    assert_eq!(an_hour(&service).await, 600);
}

async fn is_sealed_anew_before_it_is_old(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let first = ana.cache();
    service.advance(Duration::from_secs(239));
    assert_eq!(service.source(&ana).await, "cookie");
    assert_eq!(ana.cache(), first);
    service.advance(Duration::from_secs(2));
    assert_eq!(service.source(&ana).await, "cookie");
    assert_ne!(ana.cache(), first);
    service.advance(Duration::from_secs(200));
    assert_eq!(service.source(&ana).await, "cookie");
}

async fn is_asked_for_anew_after_a_day(stage: Stage) {
    let service = stage.with("session_cache_seconds", "900").start().await;
    let ana = service.someone().await;
    let mut from_database = 0;
    for _ in 0..(25 * 60 / 6) {
        service.advance(6 * MINUTE);
        if service.source(&ana).await == "database" {
            from_database += 1;
        }
    }
    // At midnight, and after a day.
    assert!((1..=3).contains(&from_database), "{from_database}");
}

async fn is_believed_for_its_time_and_no_longer(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let sealed = ana.cache();
    service.advance(Duration::from_millis(299_990));
    assert_eq!(service.source(&ana).await, "cookie");
    ana.client.set_cookie("mana_cache", &sealed);
    service.advance(Duration::from_millis(10));
    assert_ne!(service.source(&ana).await, "cookie");
}

async fn a_shorter_time_counts_at_once(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let sealed = ana.cache();
    service.advance(Duration::from_secs(31));
    assert_eq!(service.source(&ana).await, "cookie");
    ana.client.set_cookie("mana_cache", &sealed);
    service.restart_with("session_cache_seconds", "30").await;
    assert_eq!(service.source(&ana).await, "database");
    assert_eq!(service.source(&ana).await, "cookie");
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
    assert_eq!(beside.source(&there).await, "cookie");
    ana.client.set_cookie("mana_cache", &there.cache());
    assert_ne!(service.source(&ana).await, "cookie");
    // And what is ended here is ended there, whatever either believes of the time.
    ana.client.post("/logout", json!({})).await.ok();
    there.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn another_day_or_secret_makes_it_worthless(stage: Stage) {
    // Four minutes before midnight.
    let mut service = stage.start().await;
    service.advance(DAY - 4 * MINUTE - Duration::from_millis(service.now() % 86_400_000));
    let ana = service.someone().await;
    assert_eq!(service.source(&ana).await, "cookie");
    service.restart_with("secrets", &format!("{NEXT_SECRET},{SECRET}")).await;
    assert_eq!(service.source(&ana).await, "database");
    assert_eq!(service.source(&ana).await, "cookie");
    // With a start, everything is asked for anew.
    service.restart_with("secrets", SECRET).await;
    assert_eq!(service.source(&ana).await, "database");
    // This one has been opened by nobody before midnight.
    service.advance(4 * MINUTE);
    assert_eq!(service.source(&ana).await, "database");
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
        assert_eq!(service.source(&ana).await, "cookie");
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
    let backup = service.copy();
    // Nothing of theirs was ever changed, so that no number tells them from what the backup holds.
    service.register("new@example.org").await;
    let new = service.sign_in("new@example.org").await;
    for _ in 0..2 {
        assert!(new.is_signed_in().await);
    }
    // What happens now, the backup does not know: a change that the answer covers, and an end that it does not.
    service.sql("UPDATE users SET name = 'After the backup'");
    ana.client.forget_cookie("mana_cache");
    ana.client.get("/session").await.ok();
    assert_eq!(service.source(&ana).await, "cookie");
    service.restore(&backup.path()).await;
    // Whoever came after the backup was never there.
    new.client.get("/session").await.refused("UNAUTHENTICATED");
    new.client.get("/session").without_cookies().bearer(&new.access).await.refused("UNAUTHENTICATED");
    let validated = new.client.post("/validate", json!({ "token": new.access })).await.ok();
    assert_eq!(validated["error"], "SESSION_REVOKED");
    // Other changes take the numbers.
    for n in 0..5 {
        service.sql(&format!("UPDATE users SET name = 'Restored {n}'"));
    }
    assert_eq!(service.source(&ana).await, "database");
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Restored 4");
    assert!(other.is_signed_in().await);
}
