//! What an honest client doesn't do, and when it is told.

use crate::{
    scenarios,
    service::{
        Service, Stage,
        guesses::{ANA, guess, login, nobody, right, wrong},
    },
    shape,
};
use serde_json::json;
use std::time::Duration;

scenarios![
    each_is_told_once needs Clock,
    a_guess_that_was_right_on_a_stolen_device,
    many_clients_of_one_address,
    strangers_do_not_drown_what_concerns_an_account,
    another_kind_of_client_is_noticed needs Clock,
];

const MINUTE: Duration = Duration::from_secs(60);

fn reasons(service: &Service, reason: &str) -> i64 {
    service.number(&format!(
        "SELECT count(*) FROM security_events WHERE event_type = 'suspicious_activity'
             AND json_extract(metadata, '$.reason') = '{reason}'"
    ))
}

async fn each_is_told_once(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for _ in 0..4 {
        guess(&service, 1).await;
    }
    assert_eq!(reasons(&service, "failures_from_client"), 0);
    service.sign_in(ANA).await;
    assert_eq!(reasons(&service, "success_after_failures"), 1);
    for n in 0..9 {
        login(&service.client(), nobody(n)).await.refused("INVALID_CREDENTIALS");
    }
    assert_eq!(reasons(&service, "failures_from_client"), 1, "once an hour");
    service.advance(61 * MINUTE);
    guess(&service, 5).await;
    service.advance(15 * MINUTE);
    guess(&service, 5).await;
    assert_eq!(reasons(&service, "failures_on_account"), 0);
    service.advance(30 * MINUTE);
    guess(&service, 2).await;
    assert_eq!(reasons(&service, "failures_on_account"), 1);
    assert_eq!(reasons(&service, "failures_from_client"), 2);
}

async fn a_guess_that_was_right_on_a_stolen_device(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..4 {
        login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
    }
    assert_eq!(reasons(&service, "success_after_failures"), 0);
    login(&ana.client, right()).await.ok();
    assert_eq!(reasons(&service, "success_after_failures"), 1);
}

/// Each failure claims to be another client, and tries another account.
async fn many_clients_of_one_address(stage: Stage) {
    let service = stage.start().await;
    let fail = async |n: u32| {
        let (client, agent) = (service.client(), format!("agent/{n}"));
        client.post("/login", nobody(n)).header("user-agent", &agent).await.refused("INVALID_CREDENTIALS");
    };
    for n in 0..30 {
        fail(n).await;
    }
    assert_eq!(reasons(&service, "failures_from_address"), 0);
    for n in 30..33 {
        fail(n).await;
    }
    assert_eq!(reasons(&service, "failures_from_address"), 1);
    assert_eq!(reasons(&service, "failures_from_client"), 0);
}

/// A minute's worth of suspicions that strangers can cause is there; a refresh token that is used twice is told all the same.
async fn strangers_do_not_drown_what_concerns_an_account(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql(
        "INSERT INTO event_rates (event_type, since, count) SELECT 'suspicious_activity', max(created_at), 600 FROM security_events",
    );
    for n in 0..6 {
        login(&service.client(), nobody(n)).await.refused("INVALID_CREDENTIALS");
    }
    assert_eq!(reasons(&service, "failures_from_client"), 0, "those are counted");
    let used = json!({ "refreshToken": ana.refresh });
    let next = service.client().post("/refresh", used.clone()).await.ok();
    service.client().post("/refresh", json!({ "refreshToken": next["refreshToken"] })).await.ok();
    service.client().post("/refresh", used).await.refused("INVALID_REFRESH_TOKEN");
    assert_eq!(reasons(&service, "refresh_reuse"), 1);
}

async fn another_kind_of_client_is_noticed(stage: Stage) {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let service = stage.with("session_cache", "false").start().await;
    service.register(ANA).await;
    let client = service.client();
    let answer = client.post("/login", right()).header("user-agent", FIREFOX).await.ok();
    let newer = FIREFOX.replace("140", "141");
    client.get("/session").header("user-agent", &newer).await.ok();
    assert_eq!(reasons(&service, "user_agent_changed"), 0, "a newer version is none");
    for _ in 0..3 {
        client.get("/session").header("user-agent", "curl/8.0").await.ok();
    }
    assert_eq!(reasons(&service, "user_agent_changed"), 1, "once");
    service.advance(25 * 60 * MINUTE);
    let refresh = json!({ "refreshToken": answer["refreshToken"] });
    client.post("/refresh", refresh).header("user-agent", "okhttp/4.12").await.ok();
    assert_eq!(reasons(&service, "user_agent_changed"), 2, "once a day");
    // A server that shows its user's token says nothing of the user's client.
    let token = shape::text(&answer["accessToken"]);
    service.client().get("/session").bearer(&token).header("user-agent", "axios/1.7").await;
    assert_eq!(reasons(&service, "user_agent_changed"), 2);
}
