//! `GET /admin/users/{id}`, `PUT /admin/users/{id}/app-metadata`: what the operator keeps of a user.

use crate::{
    client::API,
    jwt::Jwt,
    scenarios,
    service::{
        PASSWORD, Stage, UNTRUSTED,
        app_metadata::{kept, path, put},
    },
    shape,
};
use http::Method;
use serde_json::{Value, json};

scenarios![
    it_is_read_and_replaced,
    what_is_no_object_of_its_size_is_refused,
    its_user_can_not_write_it,
    administrators_alone_may,
    the_event_tells_that_it_changed_and_not_to_what,
];

const ANA: &str = "ana@example.org";

async fn it_is_read_and_replaced(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let shown = root.client.get(&path(&ana)).await.ok();
    let names = [shape::USER, &["appMetadata"]].concat();
    shape::members(&shown, &names);
    for name in shape::USER {
        assert_eq!(shown[name], ana[name], "{name}");
    }
    assert_eq!(shown["appMetadata"], json!({}));
    for metadata in
        [json!({ "tier": "pro", "größe": "μ🦦" }), json!({ "seats": [1, null, { "a": true }] }), json!({})]
    {
        service.a_moment_passes();
        let changed = put(&root.client, &ana, &metadata).await.ok();
        shape::members(&changed, &names);
        assert_eq!(changed["appMetadata"], metadata);
        assert!(shape::time(&changed["updatedAt"]) >= shape::time(&ana["updatedAt"]));
        assert_eq!(root.client.get(&path(&ana)).await.ok(), changed);
        assert_eq!(kept(&root, &root.user).await, json!({}), "somebody else's");
    }
    let nobody = json!({ "id": "0190aaaa-0000-7000-8000-000000000000" });
    put(&root.client, &nobody, &json!({})).await.refused("NOT_FOUND");
    root.client.get(&path(&nobody)).await.refused("NOT_FOUND");
    root.client.get("/admin/users/no%20id").await.refused("NOT_FOUND");
}

/// Arrays within each other.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

async fn what_is_no_object_of_its_size_is_refused(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let good = json!({ "tier": "pro", "a": nested(7), "b": "\\u0000" });
    put(&root.client, &ana, &good).await.ok();
    let long = |text: usize| json!({ "a": "x".repeat(text) });
    for wrong in [
        json!([]),
        json!("{}"),
        json!(5),
        json!(null),
        json!({ "a": nested(8) }),
        json!({ "a": "x\0y" }),
        json!({ "a": [{ "\0": 1 }] }),
        long(4096 - 7),
        json!({ "numbers": vec![1e15; 250] }),
    ] {
        put(&root.client, &ana, &wrong).await.names("appMetadata");
    }
    let raw = |body: &'static str| {
        let path = format!("{API}{}/app-metadata", path(&ana));
        root.client.call(Method::PUT, &path).body("application/json", body)
    };
    for body in [
        "{}",
        r#"{"appMetadata":{"a":1,"a":2}}"#,
        r#"{"appMetadata":{"a":[{"b":1,"\u0062":2}]}}"#,
        r#"{"appMetadata":{},"appMetadata":{"tier":"free"}}"#,
        r#"{"appMetadata":{"a":1e400}}"#,
        r#"{"app_metadata":{}}"#,
    ] {
        raw(body).await.refused("VALIDATION_FAILED");
    }
    assert_eq!(kept(&root, &ana).await, good);
    put(&root.client, &ana, &long(4096 - 8)).await.ok();
}

async fn its_user_can_not_write_it(stage: Stage) {
    let service = stage.with("token_claims", "tier").start().await;
    let root = service.administrator().await;
    let smuggled = json!({ "tier": "pro" });
    let body = json!({
        "email": ANA, "password": PASSWORD, "name": "Ana",
        "appMetadata": smuggled, "app_metadata": smuggled, "tier": "pro",
    });
    service.client().post("/register", body).await.is(201);
    let login = json!({ "email": ANA, "password": PASSWORD, "appMetadata": smuggled });
    let ana = service.sign_in_with(login).await;
    let body = json!({ "name": "Ana Lena", "appMetadata": smuggled, "app_metadata": smuggled });
    let profile = ana.client.post("/profile", body).await.ok();
    assert!(profile["appMetadata"].is_null());
    put(&ana.client, &ana.user, &smuggled).await.refused("FORBIDDEN");
    assert_eq!(kept(&root, &ana.user).await, json!({}));
    // Nor is it shown to them.
    put(&root.client, &ana.user, &json!({ "note": "owes us" })).await.ok();
    ana.client.get(&path(&ana.user)).await.refused("FORBIDDEN");
    shape::user(&ana.client.get("/session").await.ok()["user"]);
    assert!(Jwt::parse(&service.sign_in(ANA).await.access).claims["tier"].is_null());
}

async fn administrators_alone_may(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.someone().await;
    let nobody = service.client();
    let metadata = json!({ "tier": "pro" });
    put(&nobody, &ana.user, &metadata).await.refused("UNAUTHENTICATED");
    nobody.get(&path(&ana.user)).await.refused("UNAUTHENTICATED");
    service.sql(&format!("UPDATE users SET role = 'service' WHERE email = '{ANA}'"));
    put(&ana.client, &root.user, &metadata).await.refused("FORBIDDEN");
    ana.client.get(&path(&root.user)).await.refused("FORBIDDEN");
    let foreign = format!("{API}{}/app-metadata", path(&ana.user));
    let body = json!({ "appMetadata": metadata });
    root.client.call(Method::PUT, &foreign).origin(UNTRUSTED).json(&body).await.refused("FORBIDDEN");
    assert_eq!(kept(&root, &ana.user).await, json!({}));
    nobody.call(Method::PUT, &foreign).bearer(&root.access).json(&body).await.ok();
    assert_eq!(kept(&root, &ana.user).await, metadata);
}

async fn the_event_tells_that_it_changed_and_not_to_what(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let ana = service.register(ANA).await;
    let events = async || {
        let events = root.client.get("/admin/security-events?type=app_metadata_changed").await.ok();
        events.as_array().expect("events").clone()
    };
    put(&root.client, &ana, &json!({ "tier": "pro-4711" })).await.ok();
    let told = events().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["userId"], ana["id"]);
    assert_eq!(told[0]["metadata"], json!({ "by": root.user["id"] }));
    // What changes nothing, or is refused, is no change.
    put(&root.client, &ana, &json!({ "tier": "pro-4711" })).await.ok();
    put(&root.client, &ana, &json!([])).await.names("appMetadata");
    assert_eq!(events().await.len(), 1);
    put(&root.client, &ana, &json!({})).await.ok();
    assert_eq!(events().await.len(), 2);
    let with_value = "SELECT count(*) FROM security_events WHERE metadata LIKE '%4711%'";
    assert_eq!(service.number(with_value), 0);
}
