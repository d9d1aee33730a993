//! `POST /register`

use crate::{
    scenarios,
    service::{PASSWORD, Stage, TRUSTED, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};

scenarios![
    creates_an_account,
    does_not_sign_in,
    the_name_is_optional,
    a_known_address_is_refused,
    what_is_missing_is_named,
    wrong_types_are_named,
    a_long_name_is_refused,
    addresses_of_every_script_are_taken,
    addresses_that_only_look_like_another_are_refused,
    nobody_chooses_their_role,
    a_foreign_page_cannot_register,
    is_written_to_the_audit_log,
];

async fn creates_an_account(stage: Stage) {
    let service = stage.start().await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD, "name": "Ana" });
    let answer = service.client().post("/register", body).await.is(201);
    shape::members(&answer, &["user"]);
    let user = &answer["user"];
    shape::user(user);
    assert_eq!(user["email"], "ana@example.org");
    assert_eq!(user["name"], "Ana");
    assert_eq!(user["image"], Value::Null);
    assert_eq!(user["role"], "user");
    assert_eq!(user["emailVerified"], false);
    assert_eq!(service.sign_in("ana@example.org").await.user, *user);
}

async fn does_not_sign_in(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let answer = client.post("/register", body).await;
    answer.is(201);
    assert!(answer.cookies().is_empty(), "{answer}");
    client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn the_name_is_optional(stage: Stage) {
    let service = stage.start().await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    shape::user(&service.client().post("/register", body).await.is(201)["user"]);
}

async fn a_known_address_is_refused(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for email in ["ana@example.org", "ana@EXAMPLE.org", "Ana@example.org"] {
        let body = json!({ "email": email, "password": "another splendid pass phrase" });
        service.client().post("/register", body).await.refused("EMAIL_ALREADY_EXISTS");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 1);
    service.sign_in("ana@example.org").await;
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    client.post("/register", json!({ "password": PASSWORD })).await.names("email");
    client.post("/register", json!({ "email": "ana@example.org" })).await.names("password");
    client.post("/register", json!({ "email": null, "password": PASSWORD })).await.names("email");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn wrong_types_are_named(stage: Stage) {
    let service = stage.start().await;
    let good = json!({ "email": "ana@example.org", "password": PASSWORD, "name": "Ana" });
    for field in ["email", "password", "name"] {
        for wrong in [json!(1), json!(true), json!(["ana@example.org"]), json!({ "x": 1 })] {
            let mut body = good.clone();
            body[field] = wrong;
            service.client().post("/register", body).await.names(field);
        }
    }
}

async fn a_long_name_is_refused(stage: Stage) {
    let service = stage.start().await;
    let named = |name: String| json!({ "email": "ana@example.org", "password": PASSWORD, "name": name });
    let client = service.client();
    client.post("/register", named("ä".repeat(201))).await.names("name");
    let user = client.post("/register", named("ä".repeat(200))).await.is(201);
    assert_eq!(user["user"]["name"], "ä".repeat(200));
}

/// RFC 6531: letters and marks of every script. The address is one, however it is typed.
async fn addresses_of_every_script_are_taken(stage: Stage) {
    let service = stage.start().await;
    for (typed, normal) in [
        ("রাজীব@example.org", "রাজীব@example.org"),
        ("বড়@example.org", "ব\u{9a1}\u{9bc}@example.org"),
        ("प्रिया.शर्मा@example.org", "प्रिया.शर्मा@example.org"),
        ("கண்ணன்@example.org", "கண்ணன்@example.org"),
        ("สมศรี@example.org", "สมศรี@example.org"),
        ("ශ්\u{200d}රී@example.org", "ශ්\u{200d}රී@example.org"),
        ("می\u{200c}خواهم@example.org", "می\u{200c}خواهم@example.org"),
        ("JOSE\u{301}@BÜCHER.example", "jos\u{e9}@xn--bcher-kva.example"),
    ] {
        let body = json!({ "email": typed, "password": PASSWORD });
        let user = service.client().post("/register", body).await.is(201)["user"].clone();
        assert_eq!(user["email"], normal, "{typed}");
        for spelling in [typed, normal] {
            assert_eq!(service.sign_in(spelling).await.user["email"], normal, "{spelling}");
        }
        let again = json!({ "email": normal, "password": PASSWORD });
        service.client().post("/register", again).await.refused("EMAIL_ALREADY_EXISTS");
    }
}

async fn addresses_that_only_look_like_another_are_refused(stage: Stage) {
    let service = stage.start().await;
    for local in [
        "ana\u{200b}",
        "ana\u{200c}",
        "ana\u{200d}",
        "an\u{ad}a",
        "ana\u{202e}",
        "ana\u{2069}",
        "ana\u{200f}",
        "ana\u{feff}",
        "ana\u{fe0f}",
        "ana\u{34f}",
        "ana\u{3164}",
        "an\u{0}a",
        "\u{ff41}na",
        "\"ana\"",
        ".ana",
        "a..na",
        "ana\u{e000}",
    ] {
        let body = json!({ "email": format!("{local}@example.org"), "password": PASSWORD });
        service.client().post("/register", body).await.names("email");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn nobody_chooses_their_role(stage: Stage) {
    let service = stage.start().await;
    let body = json!({
        "email": "ana@example.org", "password": PASSWORD, "role": "admin", "emailVerified": true,
        "id": "0", "banned": false, "somethingElse": { "is": ["ignored"] },
    });
    let user = service.client().post("/register", body).await.is(201)["user"].clone();
    shape::user(&user);
    assert_eq!(user["role"], "user");
    assert_eq!(user["emailVerified"], false);
}

async fn a_foreign_page_cannot_register(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    for origin in [UNTRUSTED, "null", "https://app.example.evil.example", "http://app.example"] {
        client.post("/register", body.clone()).origin(origin).await.refused("FORBIDDEN");
    }
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
    client.post("/register", body).origin(TRUSTED).await.is(201);
}

async fn is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    let user = service.register("ana@example.org").await;
    let id = shape::uuid(&user["id"]);
    let events = format!("SELECT count(*) FROM security_events WHERE user_id = '{id}'");
    assert_eq!(service.number(&format!("{events} AND event_type = 'account_created'")), 1);
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    service.client().post("/register", body).await.refused("EMAIL_ALREADY_EXISTS");
    assert_eq!(service.number(&format!("{events} AND event_type = 'account_created'")), 1);
}
