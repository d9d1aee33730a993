//! Whoever is refused learns nothing of whether there is such an account, or such a token, by what it costs: the same statements in
//! the same order, as often and as large, for known and unknown.

use crate::{
    client::API,
    refusals::{ABOUT_NOBODY, ACCEPTED, ALIKE, NOBODY, TABLE, TOLD},
    runner::recorder::{Call, Recorder, Shape},
    scenarios,
    service::{
        OTHER_PASSWORD, Stage,
        guesses::{ANA, login},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

scenarios![
    every_refusal_is_the_same_work needs Passwords,
    every_route_of_strangers_is_in_the_table needs Passwords,
    a_device_of_another_account_is_a_stranger needs Passwords,
    nobody_is_looked_up_where_nothing_is_hashed needs Passwords,
];

/// What is found tells nothing where what is looked for is a secret of 256 bits, which nobody comes across.
fn masked(mut calls: Vec<Call>) -> Vec<Call> {
    for call in &mut calls {
        if let Call::Query { sql, rows, .. } = call
            && sql.contains("JOIN refresh_tokens")
        {
            *rows = 0;
        }
        if let Call::Change { statements, .. } = call {
            of_a_registration(statements);
        }
    }
    calls
}

/// An address that somebody registers is mailed a proof, or that it has an account. Both are mails and differ in their words.
fn of_a_registration(statements: &mut [(String, Vec<Shape>)]) {
    if !statements.iter().any(|(sql, _)| sql.contains("INTO registrations")) {
        return;
    }
    let of_mail = |sql: &str| sql.contains("INTO outbox");
    for (_, params) in statements.iter_mut().filter(|(sql, _)| of_mail(sql)) {
        for param in params {
            if let Shape::Text(length) | Shape::Blob(length) = param {
                *length = 0;
            }
        }
    }
}

async fn every_refusal_is_the_same_work(stage: Stage) {
    for (row, refusal) in TABLE.iter().chain(ACCEPTED).enumerate() {
        let (known, told_known) = refusal.work(&stage, true).await;
        let (unknown, told_unknown) = refusal.work(&stage, false).await;
        let what = format!("row {row}: {} {}", refusal.route, refusal.status);
        assert_eq!(but_for_the_address(told_known), but_for_the_address(told_unknown), "{what}");
        let (known, unknown) = (masked(known), masked(unknown));
        assert_eq!(known.len(), unknown.len(), "{what}: {known:#?}\n{unknown:#?}");
        for (known, unknown) in known.iter().zip(&unknown) {
            assert_eq!(known, unknown, "{what}");
        }
    }
}

/// An answer without what was asked about, and without an id that is drawn anew each time.
fn but_for_the_address(mut told: Value) -> Value {
    if let Some(user) = told.get_mut("user").and_then(Value::as_object_mut) {
        user.retain(|member, _| !["id", "email"].contains(&member.as_str()));
    }
    told
}

/// What is refused before any route is asked, whatever it is about: by length or time, or for a fault.
const BEFORE: [u64; 4] = [408, 413, 431, 500];

/// Another route, such as one that resets passwords, or another status of one that there is: into the table.
async fn every_route_of_strangers_is_in_the_table(stage: Stage) {
    let service = stage.start().await;
    let document = service.client().call(http::Method::GET, "/openapi.json").await.ok();
    let paths = document["paths"].as_object().expect("paths");
    let open =
        paths.iter().filter(|(_, item)| item["post"].is_object() && item["post"]["security"].is_null());
    for (path, item) in open {
        let route = path.strip_prefix(API).unwrap_or(path);
        if ABOUT_NOBODY.contains(&route) {
            continue;
        }
        let documented = item["post"]["responses"].as_object().expect("answers").keys();
        let refusals: BTreeSet<u64> = documented
            .map(|status| status.parse().expect("a status"))
            .filter(|status| *status >= 400 && !BEFORE.contains(status))
            .collect();
        let known = TABLE.iter().filter(|refusal| refusal.route == route);
        let mut known: BTreeSet<u64> = known.map(|refusal| refusal.status.into()).collect();
        known.extend(TOLD.iter().chain(ALIKE).filter(|(of, _)| *of == route).map(|(_, status)| status));
        let missing: Vec<_> = refusals.difference(&known).collect();
        assert!(missing.is_empty(), "{route}: {missing:?}");
    }
}

/// Whoever shows the cookie of an account of their own asks no more about an address than whoever shows none.
async fn a_device_of_another_account_is_a_stranger(stage: Stage) {
    let recorder = Recorder::new();
    let service = stage.recorded(&recorder).start().await;
    service.register(ANA).await;
    service.register("eve@example.org").await;
    let work = async |email: &str| {
        let eve = service.sign_in("eve@example.org").await;
        recorder.take();
        login(&eve.client, json!({ "email": email, "password": OTHER_PASSWORD }))
            .await
            .refused("INVALID_CREDENTIALS");
        masked(recorder.take())
    };
    assert_eq!(work(ANA).await, work(NOBODY).await);
}

async fn nobody_is_looked_up_where_nothing_is_hashed(stage: Stage) {
    let locked = TABLE.iter().filter(|refusal| refusal.route == "/login" && refusal.status == 429);
    for refusal in locked {
        let (calls, _) = refusal.work(&stage, true).await;
        for call in calls {
            match call {
                Call::Query { sql, .. } => assert!(!sql.contains("users"), "{sql}"),
                Call::Change { statements, .. } => {
                    assert!(statements.iter().all(|(sql, _)| !sql.contains("users")), "{statements:?}");
                }
                Call::Strength | Call::Hash => panic!("{call:?}"),
            }
        }
    }
}
