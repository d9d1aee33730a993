//! `GET /profile`, `POST /profile`

use crate::{
    scenarios,
    service::{Stage, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};

scenarios![
    shows_who_one_is,
    changes_the_name,
    changes_the_picture,
    changes_nothing_else,
    wrong_values_are_named,
    nobody_is_signed_in,
    a_foreign_page_changes_nothing,
];

const PROFILE: &[&str] = &["id", "email", "name", "image", "role", "emailVerified", "createdAt"];

async fn shows_who_one_is(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for profile in [
        ana.client.get("/profile").await.ok(),
        service.client().get("/profile").bearer(&ana.access).await.ok(),
    ] {
        shape::members(&profile, PROFILE);
        for name in PROFILE {
            assert_eq!(profile[name], ana.user[name], "{name}");
        }
    }
}

async fn changes_the_name(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let changed = ana.client.post("/profile", json!({ "name": "Ana Zoë 🦦" })).await.ok();
    shape::members(&changed, PROFILE);
    assert_eq!(changed["name"], "Ana Zoë 🦦");
    assert_eq!(ana.client.get("/profile").await.ok(), changed);
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Ana Zoë 🦦");
}

async fn changes_the_picture(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let changed = ana.client.post("/profile", json!({ "image": "https://cdn.example/ana.png" })).await.ok();
    assert_eq!(changed["image"], "https://cdn.example/ana.png");
    assert_eq!(changed["name"], ana.user["name"], "what isn't sent stays");
    for image in ["javascript:alert(1)", "not an address"] {
        ana.client.post("/profile", json!({ "image": image })).await.names("image");
    }
    assert_eq!(ana.client.get("/profile").await.ok()["image"], "https://cdn.example/ana.png");
}

async fn changes_nothing_else(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let body = json!({ "name": "Ana", "role": "admin", "email": "root@example.org", "emailVerified": true });
    let changed = ana.client.post("/profile", body).await.ok();
    for name in ["id", "email", "role", "emailVerified", "createdAt"] {
        assert_eq!(changed[name], ana.user[name], "{name}");
    }
    let nothing: Value = ana.client.post("/profile", json!({})).await.ok();
    assert_eq!(nothing["name"], "Ana");
}

async fn wrong_values_are_named(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for (field, wrong) in [
        ("name", json!(7)),
        ("name", json!("x".repeat(201))),
        ("name", json!("nul\u{0}nul")),
        ("image", json!(7)),
        ("image", json!(format!("https://cdn.example/{}", "x".repeat(10_000)))),
    ] {
        let answer = ana.client.post("/profile", json!({ field: wrong })).await;
        answer.names(field);
    }
    assert_eq!(ana.client.get("/profile").await.ok()["name"], ana.user["name"]);
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    service.client().get("/profile").await.refused("UNAUTHENTICATED");
    service.client().post("/profile", json!({ "name": "x" })).await.refused("UNAUTHENTICATED");
}

async fn a_foreign_page_changes_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/profile", json!({ "name": "Mallory" })).origin(UNTRUSTED).await.refused("FORBIDDEN");
    assert_eq!(ana.client.get("/profile").await.ok()["name"], ana.user["name"]);
}
