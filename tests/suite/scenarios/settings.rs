//! A configuration that would be a hole is refused at the start, in words that hold no secret.

use crate::{
    scenarios,
    service::{PUBLIC_URL, Stage},
};
use serde_json::json;

scenarios![
    a_secret_that_can_be_guessed_is_refused needs Start,
    a_secret_that_was_generated_is_taken,
    blanks_around_a_secret_are_no_part_of_it,
    two_sources_never_share_a_secret needs Start,
    a_secret_is_for_one_thing needs Start,
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
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
        "Y2hhbmdlbWUtY2hhbmdlbWUtY2hhbmdlbWU=",
        "6368616e67656d652d6368616e67656d652d6368616e67656d65",
        "SECRET WITH A BLANK b3e1c27fd94a4f0d8a6c5e2190b7f83d",
    ] {
        for (key, value) in
            [("maintenance_secret", weak.to_owned()), ("audit_sources", format!("billing:{weak}"))]
        {
            let said = stage.clone().with(key, &value).refuses_to_start().await;
            assert!(said.contains(key) && said.contains("openssl rand"), "{said}");
            assert!(!said.contains(weak), "{said}");
        }
    }
    for typed in [
        "1:authentication-secret-authentication-secret-",
        // `mana-auth tests: 32 bytes of nothing!`, and `changeme` four times.
        "1:bWFuYS1hdXRoIHRlc3RzOiAzMiBieXRlcyBvZiBub3RoaW5nIQ",
        "1:Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU",
    ] {
        let said = stage.clone().with("secrets", typed).refuses_to_start().await;
        assert!(said.contains("secrets") && !said.contains(&typed[2..14]), "{said}");
    }
}

/// As files and pipes leave them there.
async fn blanks_around_a_secret_are_no_part_of_it(stage: Stage) {
    for text in [format!("{SECRET}\n"), format!(" {SECRET}\t")] {
        let service = stage.clone().with("maintenance_secret", &text).start().await;
        service.client().post("/maintenance", json!({})).bearer(SECRET).await.ok();
    }
}

async fn two_sources_never_share_a_secret(stage: Stage) {
    let value =
        format!("billing:{SECRET},other:laX4rXcEIf1vDHbNKk83aBFnOumyna9qBBKkkuvbbK4=,shop: {SECRET} ");
    let said = stage.with("audit_sources", &value).refuses_to_start().await;
    assert!(said.contains("audit_sources") && said.contains("billing and shop"), "{said}");
    assert!(!said.contains(&SECRET[..8]) && !said.contains("other"), "{said}");
}

async fn a_secret_is_for_one_thing(stage: Stage) {
    let both = stage.clone().with("maintenance_secret", SECRET);
    let said = both.with("audit_sources", &format!("billing:{SECRET}")).refuses_to_start().await;
    assert!(said.contains("billing") && said.contains("maintenance_secret"), "{said}");
    assert!(!said.contains(&SECRET[..8]), "{said}");
    let (_, secret) = crate::service::SECRET.split_once(':').expect("a version");
    for shown in [secret.to_owned(), format!("{secret}=")] {
        for (key, value) in
            [("maintenance_secret", shown.clone()), ("audit_sources", format!("billing:{shown}"))]
        {
            let said = stage.clone().with(key, &value).refuses_to_start().await;
            assert!(said.contains(key) && !said.contains(secret), "{said}");
        }
    }
    let said = stage.with("secrets", &format!("3:{secret},1:{secret}")).refuses_to_start().await;
    assert!(said.contains("secrets") && said.contains("3 and 1") && !said.contains(secret), "{said}");
}

async fn a_secret_that_was_generated_is_taken(stage: Stage) {
    let other = "laX4rXcEIf1vDHbNKk83aBFnOumyna9qBBKkkuvbbK4=";
    for (generated, of_a_source) in [(SECRET, other), (other, SECRET)] {
        let stage = stage.clone().with("maintenance_secret", generated);
        let service = stage.with("audit_sources", &format!("billing:{of_a_source}")).start().await;
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
