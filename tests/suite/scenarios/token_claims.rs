//! `token_claims`: what of a user's `app_metadata` goes into tokens, and `mana-auth user set-metadata`.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{
        Service, Stage, TRUSTED,
        app_metadata::{kept, put},
    },
    shape,
};
use serde_json::{Value, json};

scenarios![
    what_is_listed_goes_into_tokens,
    what_is_not_listed_does_not,
    a_change_shows_with_the_next_refresh,
    what_no_token_says_may_change_under_it,
    another_list_shows_with_the_next_refresh,
    what_is_too_long_for_a_token_is_refused,
    more_than_a_token_holds_stays_out_of_it,
    what_an_import_left_fails_nobody needs Sqlite,
    a_claim_with_a_meaning_is_refused_at_the_start needs Start,
    a_command_shows_at_once needs Commands,
];

const ANA: &str = "ana@example.org";
const SHOP: &str = "https://shop.example";

/// Writes a column by hand: the value is SQL.
fn by_hand(service: &Service, value: &str) {
    let sql = format!("UPDATE users SET app_metadata = {value} WHERE email = '{ANA}'");
    assert_eq!(service.sql(&sql), 1, "{value}");
}

fn claims(token: &str) -> Value {
    Jwt::parse(token).claims
}

/// The next tokens of a chain: access and refresh token.
async fn refreshed(service: &Service, refresh: &str) -> (String, String) {
    let body = service.client().post("/refresh", json!({ "refreshToken": refresh })).await.ok();
    (shape::text(&body["accessToken"]), shape::text(&body["refreshToken"]))
}

async fn validated(service: &Service, token: &str) -> Value {
    service.client().post("/validate", json!({ "token": token })).await.ok()
}

async fn what_is_listed_goes_into_tokens(stage: Stage) {
    let stage = stage.with("token_claims", "tier, https://shop.example/seats").with("token_audiences", SHOP);
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let metadata =
        json!({ "tier": "pro", "https://shop.example/seats": [1, { "of": 2.5 }], "note": "owes us" });
    put(&root.client, &ana, &metadata).await.ok();
    let ana = service.sign_in(ANA).await;
    let exchanged = ana.client.post("/session-to-token", json!({})).origin(TRUSTED).await.ok();
    let ticket = ana.client.post("/service-token", json!({ "audience": SHOP })).await.ok();
    for token in [&ana.access, &shape::text(&exchanged["accessToken"]), &shape::text(&ticket["token"])] {
        let token = Jwt::parse(token);
        assert_eq!(token.claims["tier"], "pro");
        assert_eq!(token.claims["https://shop.example/seats"], metadata["https://shop.example/seats"]);
        assert!(token.claims["note"].is_null() && token.claims["sub"] == ana.user["id"]);
        assert!(token.is_signed_by(&service.jwks().await));
    }
    let told = validated(&service, &ana.access).await;
    assert_eq!(told, json!({ "valid": true, "payload": claims(&ana.access) }));
    assert!(ana.is_signed_in().await);
    // Nobody else has it.
    assert!(claims(&root.access)["tier"].is_null());
}

async fn what_is_not_listed_does_not(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let names = |token: &str| claims(token).as_object().expect("claims").keys().cloned().collect::<Vec<_>>();
    let before = names(&service.sign_in(ANA).await.access);
    put(&root.client, &ana, &json!({ "tier": "pro", "role": "admin", "exp": 9_999_999_999_u64 })).await.ok();
    let ana = service.sign_in(ANA).await;
    assert_eq!(names(&ana.access), before);
    assert_eq!(claims(&ana.access)["role"], "user");
    assert!(ana.is_signed_in().await);
}

async fn a_change_shows_with_the_next_refresh(stage: Stage) {
    let service = stage.with("token_claims", "tier").start().await;
    let beside = service.beside(service.clock()).await;
    let root = service.administrator().await;
    let ana = service.someone().await;
    let (mut access, mut refresh) = (ana.access.clone(), ana.refresh.clone());
    for metadata in [json!({ "tier": "pro" }), json!({ "tier": "free" }), json!({ "tier": null }), json!({})]
    {
        // From memory, in both processes.
        for _ in 0..2 {
            for process in [&service, &beside] {
                process.client().get("/session").bearer(&access).await.ok();
                assert_eq!(validated(process, &access).await["valid"], true);
            }
        }
        put(&root.client, &ana.user, &metadata).await.ok();
        for process in [&beside, &service] {
            process.client().get("/session").bearer(&access).await.refused("TOKEN_EXPIRED");
            assert_eq!(validated(process, &access).await["error"], "TOKEN_EXPIRED");
        }
        assert_eq!(ana.client.get("/session").await.status, 200, "the session lives on");
        (access, refresh) = refreshed(&service, &refresh).await;
        assert_eq!(claims(&access).get("tier"), metadata.get("tier"), "{metadata}");
    }
    service.client().get("/session").bearer(&access).await.ok();
}

async fn what_no_token_says_may_change_under_it(stage: Stage) {
    let service = stage.with("token_claims", "tier").start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    // Numbers too, though they are written and read once more for a token.
    for tier in [
        json!("pro"),
        json!(null),
        json!({ "rates": [2.5, 1e-7, 0.1, 1.234_567_890_123_456_8e23, u64::MAX] }),
    ] {
        put(&root.client, &ana, &json!({ "tier": tier, "note": 1 })).await.ok();
        let signed_in = service.sign_in(ANA).await;
        put(&root.client, &ana, &json!({ "tier": tier, "note": 2 })).await.ok();
        assert!(signed_in.is_signed_in().await, "{tier}");
        assert_eq!(validated(&service, &signed_in.access).await["valid"], true);
    }
}

async fn another_list_shows_with_the_next_refresh(stage: Stage) {
    let mut service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.someone().await;
    put(&root.client, &ana.user, &json!({ "tier": "pro", "plan": 7 })).await.ok();
    service.client().get("/session").bearer(&ana.access).await.ok();
    let (mut access, mut refresh) = (ana.access.clone(), ana.refresh.clone());
    for (list, tier, plan) in [("tier", json!("pro"), json!(null)), ("plan", json!(null), json!(7))] {
        service.restart_with("token_claims", list).await;
        service.client().get("/session").bearer(&access).await.refused("TOKEN_EXPIRED");
        (access, refresh) = refreshed(&service, &refresh).await;
        let claims = claims(&access);
        assert_eq!((&claims["tier"], &claims["plan"]), (&tier, &plan), "{list}");
        service.client().get("/session").bearer(&access).await.ok();
    }
}

async fn what_is_too_long_for_a_token_is_refused(stage: Stage) {
    let service = stage.with("token_claims", "tier, plan").start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let of = |tier: usize, plan: usize, note: usize| json!({ "tier": "x".repeat(tier), "plan": "x".repeat(plan), "note": "x".repeat(note) });
    put(&root.client, &ana, &of(1600, 0, 0)).await.names("appMetadata");
    put(&root.client, &ana, &of(800, 800, 0)).await.names("appMetadata");
    // The longest address beside the longest claims: verifiers still take the token.
    let address = format!(
        "{}@{}.example.org",
        "a".repeat(64),
        ["b".repeat(60), "c".repeat(60), "d".repeat(50)].join(".")
    );
    let ana = service.register(&address).await;
    put(&root.client, &ana, &of(750, 764, 2000)).await.ok();
    let ana = service.sign_in(&address).await;
    assert!(ana.access.len() <= 4096 && claims(&ana.access)["plan"].is_string());
    assert!(ana.is_signed_in().await);
}

/// By another list, or by an import: nobody is kept out for it.
async fn more_than_a_token_holds_stays_out_of_it(stage: Stage) {
    let service = stage.with("token_claims", "tier, plan").start().await;
    let ana = service.someone().await;
    by_hand(&service, &format!("'{}'", json!({ "tier": "x".repeat(3000), "plan": "pro" })));
    assert!(service.sign_in(ANA).await.is_signed_in().await);
    let (access, _) = refreshed(&service, &ana.refresh).await;
    let claims = claims(&access);
    assert!(claims["tier"].is_null() && claims["plan"].is_null(), "half of them would say something else");
    service.client().get("/session").bearer(&access).await.ok();
    assert_eq!(validated(&service, &access).await["valid"], true);
}

async fn what_an_import_left_fails_nobody(stage: Stage) {
    for unreadable in [
        "CAST(x'24c328ff' AS TEXT)",
        "CAST(zeroblob(1000000) AS TEXT)",
        "''",
        "'{'",
        "'null'",
        "'[\"tier\"]'",
        "'{\"tier\":\"pro\",\"tier\":\"free\"}'",
        "'{\"tier\":\"' || printf('%.5000c', 'x') || '\"}'",
    ] {
        let service = stage.clone().with("token_claims", "tier").start().await;
        let root = service.administrator().await;
        let before = service.someone().await;
        put(&root.client, &before.user, &json!({ "tier": "pro" })).await.ok();
        by_hand(&service, unreadable);
        assert_eq!(before.client.get("/session").await.status, 200, "{unreadable}");
        let (access, _) = refreshed(&service, &before.refresh).await;
        assert!(claims(&access)["tier"].is_null(), "{unreadable}");
        let ana = service.sign_in(ANA).await;
        assert!(ana.is_signed_in().await && claims(&ana.access)["tier"].is_null(), "{unreadable}");
        assert_eq!(ana.client.get("/sessions").await.ok().as_array().map(Vec::len), Some(2), "{unreadable}");
        assert_eq!(kept(&root, &ana.user).await, json!({}), "{unreadable}");
        // And it can be put right.
        put(&root.client, &ana.user, &json!({ "tier": "free" })).await.ok();
        assert_eq!(claims(&service.sign_in(ANA).await.access)["tier"], "free");
    }
}

async fn a_claim_with_a_meaning_is_refused_at_the_start(stage: Stage) {
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "sid",
        "pos",
        "amr",
        "acr",
        "auth_time",
        "role",
        "email",
        "email_verified",
        "name",
        "scope",
        "Role",
        "SUB",
    ] {
        let said = stage.clone().with("token_claims", &format!("tier,{name}")).refuses_to_start().await;
        assert!(said.contains("token_claims") && said.contains("item 2"), "{name}: {said}");
        assert!(said.to_lowercase().contains(&name.to_lowercase()), "{name}: {said}");
    }
    for list in
        ["a b", "größe", &"x".repeat(65), &(0..21).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",")]
    {
        let said = stage.clone().with("token_claims", list).refuses_to_start().await;
        assert!(said.contains("token_claims"), "{list}: {said}");
    }
}

async fn a_command_shows_at_once(stage: Stage) {
    let service = stage.with("token_claims", "tier").at_system_time().start().await;
    let ana = service.someone().await;
    let set = |metadata: &str| service.operate(&["user", "set-metadata", ANA, metadata]);
    assert!(set(r#" { "tier" : "pro", "note": [1] } "#).done().contains(ANA));
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    let (access, _) = refreshed(&service, &ana.refresh).await;
    assert_eq!(claims(&access)["tier"], "pro");
    for wrong in ["", "pro", "[]", "null", r#"{"a":1,"a":2}"#, r#"{"a":"\u0000"}"#, "{} {}"] {
        let refused = set(wrong);
        refused.not_done();
        assert!(refused.stderr().contains("appMetadata"), "{wrong}: {refused:?}");
    }
    let listed: Value =
        serde_json::from_str(&service.operate(&["user", "list", "--json"]).done()).expect("JSON");
    assert_eq!(listed[0]["appMetadata"], json!({ "tier": "pro", "note": [1] }));
    service.operate(&["user", "set-metadata", "nobody@example.org", "{}"]).not_done();
    let by_operator = "SELECT count(*) FROM security_events WHERE event_type = 'app_metadata_changed' AND metadata = '{\"by\":\"operator\"}'";
    assert_eq!(service.number(by_operator), 1);
}
