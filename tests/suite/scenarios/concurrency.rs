//! What happens at the same time happens as if one came after the other.

use crate::{
    runner::gate::Gate,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
    shape,
};
use futures::future::join_all;
use serde_json::json;
use std::collections::BTreeSet;

scenarios![
    one_address_gets_one_account,
    one_refresh_token_gets_one_successor,
    sign_ins_at_the_same_time_all_count,
    the_limit_of_sessions_holds,
    a_session_that_was_just_opened_is_not_the_oldest,
    one_session_is_ended_once,
    a_sign_in_that_hangs_in_the_hash_does_not_outlive_a_password_change needs Passwords,
    a_sign_in_that_hangs_in_the_hash_does_not_outlive_a_ban needs Passwords,
    a_sign_in_that_hangs_in_the_hash_does_not_outlive_the_account needs Passwords,
    two_password_changes_at_once_are_not_both_made needs Passwords,
];

const MANY: usize = 50;

async fn one_address_gets_one_account(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let answers = join_all((0..MANY).map(|_| client.post("/register", body.clone()).into_future())).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!([409, 503].contains(&answer.status), "{answer}");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 1);
    assert_eq!(service.number("SELECT count(*) FROM accounts"), 1);
    service.sign_in("ana@example.org").await;
}

async fn one_refresh_token_gets_one_successor(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let body = json!({ "refreshToken": ana.refresh });
    let answers = join_all((0..MANY).map(|_| client.post("/refresh", body.clone()).into_future())).await;
    let successors: BTreeSet<String> = answers.iter().map(|a| shape::text(&a.ok()["refreshToken"])).collect();
    assert_eq!(successors.len(), 1);
    let successor = successors.first().expect("a successor");
    client.post("/refresh", json!({ "refreshToken": successor })).await.ok();
    client.post("/refresh", body).await.refused("INVALID_REFRESH_TOKEN");
    assert!(ana.is_signed_out().await, "its later reuse ends the session");
}

async fn sign_ins_at_the_same_time_all_count(stage: Stage) {
    // Attempts under way count until they have succeeded.
    let service = stage.with("lockout_failures", "100").start().await;
    service.register("ana@example.org").await;
    let people = join_all((0..8).map(|_| service.sign_in("ana@example.org"))).await;
    for person in &people {
        assert!(person.is_signed_in().await);
    }
    let sids: BTreeSet<String> = people.iter().map(crate::service::Person::sid).collect();
    assert_eq!(sids.len(), 8);
}

async fn the_limit_of_sessions_holds(stage: Stage) {
    let service = stage.with("sessions_per_user", "3").with("lockout_failures", "100").start().await;
    service.register("ana@example.org").await;
    join_all((0..12).map(|_| service.sign_in("ana@example.org"))).await;
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 3);
}

/// Even where many are opened in the same millisecond.
async fn a_session_that_was_just_opened_is_not_the_oldest(stage: Stage) {
    let service = stage.with("sessions_per_user", "1").start().await;
    service.register("ana@example.org").await;
    for _ in 0..8 {
        assert!(service.sign_in("ana@example.org").await.is_signed_in().await);
    }
}

async fn one_session_is_ended_once(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    let path = format!("/sessions/{}", other.sid());
    let answers = join_all((0..10).map(|_| one.client.delete(&path).into_future())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused("NOT_FOUND");
    }
}

async fn a_sign_in_that_hangs_in_the_hash_does_not_outlive_a_password_change(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    gate.close();
    let client = service.client();
    let hanging =
        client.post("/login", json!({ "email": "ana@example.org", "password": PASSWORD })).into_future();
    let change = async {
        gate.someone_waits().await;
        gate.let_others_pass();
        let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
        ana.client.post("/change-password", body).await.ok();
        gate.open();
    };
    let (answer, ()) = futures::join!(hanging, change);
    answer.refused("INVALID_CREDENTIALS");
    assert!(client.cookie("mana_session").is_none());
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1, "the surviving one alone");
    ana.client.get("/session").await.ok();
}

async fn a_sign_in_that_hangs_in_the_hash_does_not_outlive_a_ban(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    gate.close();
    let client = service.client();
    let hanging =
        client.post("/login", json!({ "email": "ana@example.org", "password": PASSWORD })).into_future();
    let ban = async {
        gate.someone_waits().await;
        service.sql("UPDATE users SET banned = true");
        gate.open();
    };
    let (answer, ()) = futures::join!(hanging, ban);
    assert!([401, 403].contains(&answer.status), "{answer}");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn a_sign_in_that_hangs_in_the_hash_does_not_outlive_the_account(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    gate.close();
    let client = service.client();
    let hanging =
        client.post("/login", json!({ "email": "ana@example.org", "password": PASSWORD })).into_future();
    let delete = async {
        gate.someone_waits().await;
        service.sql("DELETE FROM users");
        gate.open();
    };
    let (answer, ()) = futures::join!(hanging, delete);
    answer.refused("INVALID_CREDENTIALS");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn two_password_changes_at_once_are_not_both_made(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    gate.close();
    let third = "three herons knit a harbour";
    let body = |new: &str| json!({ "currentPassword": PASSWORD, "newPassword": new });
    let hanging = other.client.post("/change-password", body(third)).into_future();
    let change = async {
        gate.someone_waits().await;
        gate.let_others_pass();
        ana.client.post("/change-password", body(OTHER_PASSWORD)).await.ok();
        gate.open();
    };
    let (answer, ()) = futures::join!(hanging, change);
    assert!([401, 409].contains(&answer.status), "{answer}");
    service.sign_in_with(json!({ "email": "ana@example.org", "password": OTHER_PASSWORD })).await;
}
