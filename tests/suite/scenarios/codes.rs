//! Codes that people type: `POST /reset-password` stands for every route that takes one.

use super::password_reset::{ANA, forgot, may_sign_in, reset, reset_by_code};
use crate::{
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    a_code_has_five_attempts needs Mail,
    a_right_code_costs_no_attempt needs Mail,
    an_address_has_fifteen_attempts_a_day needs Mail Clock,
    a_wrong_code_is_an_event needs Mail,
    only_the_newest_code_is_good needs Mail,
    a_code_of_another_address_is_none needs Mail,
    wrong_codes_are_counted_by_network needs Mail,
    too_many_wrong_codes_leave_links_alone needs Mail,
];

async fn a_code_has_five_attempts(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let mail = service.mail().await;
    let clients: Vec<_> = (0..20).map(|_| service.client()).collect();
    let guesses = clients.iter().enumerate().map(|(n, client)| async move {
        reset_by_code(client, ANA, &format!("0000-00{n:02}")).await.refused("TOKEN_INVALID");
    });
    futures::future::join_all(guesses).await;
    assert_eq!(service.number("SELECT max(code_failures) FROM challenges"), 5);
    reset_by_code(&service.client(), ANA, &mail.code()).await.refused("TOKEN_INVALID");
    // The link is good all the same: nobody denies recovery by guessing.
    reset(&service.client(), &mail.token(), OTHER_PASSWORD).await.ok();
}

/// Whoever has the right code may think of a good password as long as they like.
async fn a_right_code_costs_no_attempt(stage: Stage) {
    let service = stage.start().await;
    let registration = json!({ "email": ANA, "password": PASSWORD, "name": "Augusta Ada Lovelace" });
    service.client().post("/register", registration).await.is(201);
    forgot(&service.client(), ANA).await;
    let code = service.mail().await.code();
    for weak in ["aaaaaaaaaaaa", "augusta ada lovelace"].repeat(4) {
        let body = json!({ "email": ANA, "code": code, "newPassword": weak });
        service.client().post("/reset-password", body).await.names("newPassword");
    }
    reset_by_code(&service.client(), ANA, &code).await.ok();
}

/// Whoever has another code mailed after each five guesses.
async fn an_address_has_fifteen_attempts_a_day(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for hour in 0..4 {
        forgot(&service.client(), ANA).await;
        let mail = service.mail().await;
        for n in 0..5 {
            let guess = format!("0000-0{hour}0{n}");
            reset_by_code(&service.client(), ANA, &guess).await.refused("TOKEN_INVALID");
        }
        if hour == 3 {
            let failures = "SELECT sum(code_failures) FROM challenges WHERE purpose = 'password_reset'";
            assert_eq!(service.number(failures), 15);
            reset(&service.client(), &mail.token(), OTHER_PASSWORD).await.ok();
            // The notice.
            service.mail().await;
        }
        service.advance(Duration::from_secs(3_600));
    }
    forgot(&service.client(), ANA).await;
    let code = service.mail().await.code();
    reset_by_code(&service.client(), ANA, &code).await.refused("TOKEN_INVALID");
    service.advance(Duration::from_secs(86_400));
    forgot(&service.client(), ANA).await;
    let code = service.mail().await.code();
    reset_by_code(&service.client(), ANA, &code).await.ok();
}

async fn a_wrong_code_is_an_event(stage: Stage) {
    let service = stage.start().await;
    let ana = service.register(ANA).await;
    let events = |of: &str| {
        format!(
            "SELECT count(*) FROM security_events WHERE event_type = 'login_failure' AND metadata LIKE '%\"code\"%' AND {of}"
        )
    };
    reset_by_code(&service.client(), ANA, "0000-0000").await.refused("TOKEN_INVALID");
    assert_eq!(service.number(&events("user_id IS NULL")), 1);
    forgot(&service.client(), ANA).await;
    reset_by_code(&service.client(), ANA, "0000-0000").await.refused("TOKEN_INVALID");
    let id = ana["id"].as_str().expect("an id");
    assert_eq!(service.number(&events(&format!("user_id = '{id}'"))), 1);
}

async fn only_the_newest_code_is_good(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let first = service.mail().await;
    service.a_moment_passes();
    forgot(&service.client(), ANA).await;
    let second = service.mail().await;
    reset_by_code(&service.client(), ANA, &first.code()).await.refused("TOKEN_INVALID");
    reset_by_code(&service.client(), ANA, &second.code()).await.ok();
}

async fn a_code_of_another_address_is_none(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.register("eve@example.org").await;
    forgot(&service.client(), ANA).await;
    service.mail().await;
    forgot(&service.client(), "eve@example.org").await;
    let eves = service.mail().await;
    reset_by_code(&service.client(), ANA, &eves.code()).await.refused("TOKEN_INVALID");
    let body = json!({ "email": ANA, "token": eves.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).await.ok();
    assert!(!may_sign_in(&service, OTHER_PASSWORD).await, "the token says whose it is, not the body");
}

/// One network turns codes off for itself, not for everybody.
async fn wrong_codes_are_counted_by_network(stage: Stage) {
    let service = stage.with("trusted_proxies", "127.0.0.1").start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let code = service.mail().await.code();
    let guess = async |address: &str, code: &str| {
        let body = json!({ "email": ANA, "code": code, "newPassword": OTHER_PASSWORD });
        service.client().post("/reset-password", body).header("x-forwarded-for", address).await
    };
    service
        .client()
        .post(
            "/reset-password",
            json!({ "email": "bob@example.org", "code": "0000-0000", "newPassword": OTHER_PASSWORD }),
        )
        .header("x-forwarded-for", "192.0.2.7")
        .await
        .refused("TOKEN_INVALID");
    service.sql("UPDATE attempts SET count = 20 WHERE counter = 'code:address'");
    guess("192.0.2.7", &code).await.refused("TOKEN_INVALID");
    guess("198.51.100.7", &code).await.ok();
}

async fn too_many_wrong_codes_leave_links_alone(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let mail = service.mail().await;
    reset_by_code(&service.client(), "bob@example.org", "0000-0000").await.refused("TOKEN_INVALID");
    service.sql("UPDATE attempts SET count = 1000 WHERE counter = 'code:all'");
    reset_by_code(&service.client(), ANA, &mail.code()).await.refused("TOKEN_INVALID");
    reset(&service.client(), &mail.token(), OTHER_PASSWORD).await.ok();
}
