//! What one client may do, by its address and by what it calls itself.

use crate::{
    client::Answer,
    scenarios,
    service::{PASSWORD, Service, Stage, guesses::nobody},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    failed_sign_ins_of_an_address needs Clock Files,
    failed_sign_ins_of_a_client,
    registrations_of_an_address needs Clock Files,
    refused_refresh_tokens,
    forged_access_tokens_and_no_others,
    neighbours_in_a_v6_network_are_one needs Files,
    clients_without_an_address_share_one needs Files,
    none_where_it_is_turned_off,
];

/// A sign-in to an account of its own, so that no account locks.
async fn fail(service: &Service, n: u32, address: &str, agent: &str) -> Answer {
    let client = service.client();
    client.post("/login", nobody(n)).header("x-forwarded-for", address).header("user-agent", agent).await
}

async fn failed_sign_ins_of_an_address(stage: Stage) {
    let stage = stage.with("trusted_proxies", "127.0.0.1").with("limit_sign_in_address", "7");
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for n in 0..7 {
        fail(&service, n, "203.0.113.5", &format!("agent/{n}")).await.refused("INVALID_CREDENTIALS");
        service.advance(Duration::from_secs(60));
    }
    let refused = fail(&service, 7, "203.0.113.5", "agent/8").await;
    refused.refused("RATE_LIMITED");
    // The first of them was seven minutes ago.
    assert_eq!(refused.json()["retryAfterSec"], 8 * 60, "{refused}");
    let right = json!({ "email": "ana@example.org", "password": PASSWORD });
    let from = |address: &'static str| {
        let (service, right) = (&service, right.clone());
        async move { service.client().post("/login", right).header("x-forwarded-for", address).await }
    };
    from("203.0.113.5").await.refused("RATE_LIMITED");
    from("203.0.113.6").await.ok();
    service.advance(Duration::from_secs(8 * 60));
    from("203.0.113.5").await.ok();
    // Successes don't count.
    for _ in 0..10 {
        from("203.0.113.7").await.ok();
    }
}

async fn failed_sign_ins_of_a_client(stage: Stage) {
    let service = stage.with("limit_sign_in_client", "3").start().await;
    for n in 0..3 {
        fail(&service, n, "", "agent/1").await.refused("INVALID_CREDENTIALS");
    }
    fail(&service, 3, "", "agent/1").await.refused("RATE_LIMITED");
    fail(&service, 4, "", "agent/2").await.refused("INVALID_CREDENTIALS");
}

async fn registrations_of_an_address(stage: Stage) {
    let stage = stage.with("trusted_proxies", "127.0.0.1").with("limit_registration_address", "3");
    let service = stage.start().await;
    let register = async |n: u32, address: &str| {
        let body = json!({ "email": format!("someone{n}@example.org"), "password": PASSWORD });
        service.client().post("/register", body).header("x-forwarded-for", address).await
    };
    for n in 0..3 {
        register(n, "203.0.113.5").await.is(201);
    }
    register(3, "203.0.113.5").await.refused("RATE_LIMITED");
    register(3, "203.0.113.6").await.is(201);
    service.advance(Duration::from_secs(15 * 60));
    register(4, "203.0.113.5").await.is(201);
}

async fn refused_refresh_tokens(stage: Stage) {
    let service = stage.with("limit_refresh_client", "3").start().await;
    let ana = service.someone().await;
    let refresh =
        async |token: &str| service.client().post("/refresh", json!({ "refreshToken": token })).await;
    for _ in 0..3 {
        refresh("never-issued").await.refused("INVALID_REFRESH_TOKEN");
    }
    refresh("never-issued").await.refused("RATE_LIMITED");
    refresh(&ana.refresh).await.ok();
}

async fn forged_access_tokens_and_no_others(stage: Stage) {
    let service = stage.with("limit_validate_address", "3").start().await;
    let ana = service.someone().await;
    let validate = async |token: &str| service.client().post("/validate", json!({ "token": token })).await;
    for _ in 0..3 {
        assert_eq!(validate("never-issued").await.ok()["valid"], false);
    }
    validate("never-issued").await.refused("RATE_LIMITED");
    for _ in 0..10 {
        assert_eq!(validate(&ana.access).await.ok()["valid"], true);
    }
    ana.client.post("/logout", json!({})).await.ok();
    for _ in 0..10 {
        assert_eq!(validate(&ana.access).await.ok()["error"], "SESSION_REVOKED");
    }
}

async fn neighbours_in_a_v6_network_are_one(stage: Stage) {
    let stage = stage.with("trusted_proxies", "127.0.0.1").with("limit_sign_in_address", "3");
    let service = stage.start().await;
    for n in 0..3 {
        fail(&service, n, &format!("2001:db8:1:2::{n}"), "agent").await.refused("INVALID_CREDENTIALS");
    }
    fail(&service, 3, "2001:db8:1:2:ffff::9", "agent").await.refused("RATE_LIMITED");
    fail(&service, 4, "2001:db8:1:3::1", "agent").await.refused("INVALID_CREDENTIALS");
}

async fn clients_without_an_address_share_one(stage: Stage) {
    let stage = stage.with("trusted_proxies", "127.0.0.1").with("limit_unknown_address", "3");
    let service = stage.start().await;
    for n in 0..3 {
        fail(&service, n, "unknown", &format!("agent/{n}")).await.refused("INVALID_CREDENTIALS");
    }
    fail(&service, 3, "unknown", "agent/4").await.refused("RATE_LIMITED");
    fail(&service, 4, "203.0.113.5", "agent/4").await.refused("INVALID_CREDENTIALS");
}

async fn none_where_it_is_turned_off(stage: Stage) {
    let stage = stage.with("limit_sign_in_address", "0").with("limit_sign_in_client", "0");
    let service = stage.start().await;
    for n in 0..120 {
        fail(&service, n, "", "agent").await.refused("INVALID_CREDENTIALS");
    }
}
