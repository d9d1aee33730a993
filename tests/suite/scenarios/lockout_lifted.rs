//! What lifts a lock, and what a stranger or thief must not be able to bring about.

use crate::{
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Person, Stage,
        guesses::{ANA, guess, login, nobody, right},
    },
};
use serde_json::json;

scenarios![
    a_sign_in_lifts_the_lock_that_a_stolen_session_set,
    an_operator_lifts_it needs Commands,
    an_operator_lifts_a_bound_that_the_command_knows_nothing_of needs Commands,
    a_neighbour_keeps_nobody_out_of_their_own_device,
    a_limited_client_does_not_fill_the_audit_log,
];

/// A thief with her session guesses her password until they may no longer.
async fn rob(ana: &Person) {
    let change =
        json!({ "currentPassword": OTHER_PASSWORD, "newPassword": "four herons audit a lighthouse" });
    for _ in 0..5 {
        ana.client.post("/change-password", change.clone()).await.refused("INVALID_CREDENTIALS");
    }
    change_password(ana).await.refused("ACCOUNT_LOCKED");
}

async fn change_password(ana: &Person) -> crate::client::Answer {
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "four herons audit a lighthouse" });
    ana.client.post("/change-password", change).await
}

async fn a_sign_in_lifts_the_lock_that_a_stolen_session_set(stage: Stage) {
    let service = stage.start().await;
    rob(&service.someone().await).await;
    let ana = service.sign_in(ANA).await;
    change_password(&ana).await.ok();
}

async fn an_operator_lifts_it(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    rob(&ana).await;
    assert_eq!(service.operate(&["user", "unlock", ANA]).done().trim(), "unlocked");
    change_password(&ana).await.ok();
}

async fn an_operator_lifts_a_bound_that_the_command_knows_nothing_of(stage: Stage) {
    let keys = ["lockout_cumulative_failures", "lockout_failures"];
    let service = stage.at_system_time().with(keys[0], "10").with(keys[1], "20").start().await;
    service.register(ANA).await;
    let unlock = || service.operate_without(&keys, &["user", "unlock", ANA]).done();
    guess(&service, 9).await;
    // Nothing is locked yet: what was guessed is not forgotten.
    assert_ne!(unlock().trim(), "unlocked");
    guess(&service, 1).await;
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
    assert_eq!(unlock().trim(), "unlocked");
    login(&service.client(), right()).await.ok();
}

async fn a_neighbour_keeps_nobody_out_of_their_own_device(stage: Stage) {
    let service = stage.with("limit_sign_in_client", "3").with("limit_sign_in_address", "3").start().await;
    let ana = service.someone().await;
    for n in 0..3 {
        login(&service.client(), nobody(n)).await.refused("INVALID_CREDENTIALS");
    }
    login(&service.client(), right()).await.refused("RATE_LIMITED");
    login(&ana.client, right()).await.ok();
}

async fn a_limited_client_does_not_fill_the_audit_log(stage: Stage) {
    let service = stage.with("limit_sign_in_client", "3").start().await;
    for n in 0..40 {
        let error = if n < 3 { "INVALID_CREDENTIALS" } else { "RATE_LIMITED" };
        login(&service.client(), nobody(n)).await.refused(error);
    }
    let told = service.number(
        "SELECT count(*) FROM security_events WHERE json_extract(metadata, '$.reason') = 'rate_limited'",
    );
    // Once a minute, by each instance.
    assert!((1..=4).contains(&told), "{told}");
}
