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
    a_name_is_one_line_of_text,
    what_misleads_in_a_name_is_refused,
    an_address_of_a_picture_shows_a_picture_alone,
    changes_nothing_else,
    wrong_values_are_named,
    nobody_is_signed_in,
    a_foreign_page_changes_nothing,
];

const PROFILE: &[&str] = &["id", "email", "name", "image", "role", "emailVerified", "createdAt", "language"];

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

async fn a_name_is_one_line_of_text(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for (typed, kept) in [
        ("  Ana\u{a0} Lena\u{3000}", "Ana Lena"),
        ("Jose\u{301} ½ Acme™", "José ½ Acme™"),
        ("👩\u{200d}💻 Ana ❤\u{fe0f}", "👩\u{200d}💻 Ana ❤\u{fe0f}"),
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ("ශ්\u{200d}රී", "ශ්\u{200d}රී"),
        ("প্রিয়া র\u{200d}্যাচেল", "প্রি\u{9af}\u{9bc}া র\u{200d}্যাচেল"),
        ("Núria Pol·lo-O'Neill, Jr. (№ 2)", "Núria Pol·lo-O'Neill, Jr. (№ 2)"),
        ("", ""),
    ] {
        assert_eq!(
            ana.client.post("/profile", json!({ "name": typed })).await.ok()["name"],
            kept,
            "{typed:?}"
        );
        assert_eq!(ana.client.get("/profile").await.ok()["name"], kept, "{typed:?}");
    }
}

async fn what_misleads_in_a_name_is_refused(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for trick in [
        "\u{202e}nimda",
        "a\u{202a}b",
        "a\u{202b}b",
        "a\u{202c}b",
        "a\u{202d}b",
        "a\u{2066}b",
        "a\u{2067}b",
        "a\u{2068}b",
        "a\u{2069}b",
        "a\u{200e}b",
        "a\u{200f}b",
        "a\u{61c}b",
        "admin\u{200b}",
        "admin\u{200d}",
        "admin\u{200c}",
        "ad\u{ad}min",
        "admin\u{2060}",
        "\u{feff}admin",
        "admin\u{3164}",
        "admin\u{115f}",
        "a\u{2028}b",
        "a\nb",
        "a\u{1b}[31mb",
        "a\u{9b}b",
        "a\u{e000}b",
        "a\u{378}b",
        "a\u{ffff}b",
        "a\u{e0041}b",
        "a\u{fe0f}\u{fe0f}",
        "\u{2800}",
        "\u{1d159}",
        "a\u{fffc}b",
        "\u{301}admin",
        "admin\u{fe0f}",
        "admin\u{fe00}",
        "+\u{200d}+",
    ] {
        let said = ana.client.post("/profile", json!({ "name": trick })).await.names("name");
        assert!(said.contains("can't be seen"), "{trick:?}: {said}");
        let body = json!({ "email": "eve@example.org", "password": crate::service::PASSWORD, "name": trick });
        service.client().post("/register", body).await.names("name");
    }
    assert_eq!(ana.client.get("/profile").await.ok()["name"], ana.user["name"]);
    assert_eq!(service.number("SELECT count(*) FROM users"), 1);
}

async fn an_address_of_a_picture_shows_a_picture_alone(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for image in [
        "https://ana:hunter2@cdn.example/ana.png",
        "https://ana@cdn.example/ana.png",
        "https://:hunter2@cdn.example/ana.png",
        "https://@cdn.example/ana.png",
        "https:///ana.png",
        "//cdn.example/ana.png",
        "data:image/png;base64,AAAA",
        "https://cdn.example/gnp.\u{202e}ana",
        "https://cdn.example/a\u{0}b",
        "https://cdn.example/a b",
    ] {
        let said = ana.client.post("/profile", json!({ "image": image })).await.names("image");
        assert!(!said.contains("hunter2"), "{said}");
    }
    for image in ["http://[::1]:8080/@ana?size=64#face", "https://cdn.example/ä.png"] {
        assert_eq!(ana.client.post("/profile", json!({ "image": image })).await.ok()["image"], image);
    }
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
