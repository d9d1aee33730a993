//! A configuration that would be a hole is refused at the start, in words that hold no secret.

use crate::{
    scenarios,
    service::{PUBLIC_URL, Stage},
};
use serde_json::json;

scenarios![
    a_secret_that_can_be_guessed_is_refused needs Start,
    a_secret_that_was_generated_is_taken,
    what_is_wrong_with_a_secret_is_told_without_it needs Start,
    a_token_for_a_service_is_never_one_for_this_api needs Start,
];

const SECRET: &str = "b3e1c27fd94a4f0d8a6c5e2190b7f83d";

async fn a_secret_that_can_be_guessed_is_refused(stage: Stage) {
    for weak in [
        "short",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "changeme-changeme-changeme",
        "correct horse battery staple",
        "0123456789012345678901234567890123456789",
    ] {
        for (key, value) in
            [("maintenance_secret", weak.to_owned()), ("audit_sources", format!("billing:{weak}"))]
        {
            let said = stage.clone().with(key, &value).refuses_to_start().await;
            assert!(said.contains(key) && said.contains("openssl rand"), "{said}");
            assert!(!said.contains(weak), "{said}");
        }
    }
    let typed = "1:authentication-secret-authentication-secret-";
    let said = stage.with("secrets", typed).refuses_to_start().await;
    assert!(said.contains("secrets") && !said.contains("authentication-secret"), "{said}");
}

async fn a_secret_that_was_generated_is_taken(stage: Stage) {
    for generated in [SECRET, "laX4rXcEIf1vDHbNKk83aBFnOumyna9qBBKkkuvbbK4="] {
        let stage = stage.clone().with("maintenance_secret", generated);
        let service = stage.with("audit_sources", &format!("billing:{generated}")).start().await;
        service.client().post("/maintenance", json!({})).bearer(generated).await.ok();
    }
}

async fn what_is_wrong_with_a_secret_is_told_without_it(stage: Stage) {
    for value in [
        format!("{SECRET}:billing"),
        format!("{SECRET}:64a1f0925ce78b3d1e6f40a97c82d5b3"),
        format!("billing={SECRET}"),
        format!("Billing:{SECRET}"),
        format!("billing:{SECRET},billing:{SECRET}"),
        format!("billing:{SECRET},{SECRET}:shop"),
    ] {
        let said = stage.clone().with("audit_sources", &value).refuses_to_start().await;
        assert!(said.contains("audit_sources"), "{said}");
        assert!(!said.contains(&SECRET[..8]), "{said}");
    }
}

async fn a_token_for_a_service_is_never_one_for_this_api(stage: Stage) {
    let stage = stage.with("token_audiences", &format!("https://shop.example,{PUBLIC_URL}"));
    let said = stage.clone().refuses_to_start().await;
    assert!(said.contains("token_audiences") && said.contains("audience"), "{said}");
    // It may be one where the API has another audience.
    stage.clone().with("audience", "mana").start().await;
    stage.with("audience", "https://shop.example").refuses_to_start().await;
}
