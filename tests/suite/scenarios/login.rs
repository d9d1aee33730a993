//! `POST /login`

use crate::{
    jwt::Jwt,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Stage, TRUSTED, UNTRUSTED},
    shape,
};
use serde_json::json;

scenarios![
    the_session_of_a_cookie_beside_a_token_ends_too,
    signs_in,
    the_access_token_says_who,
    a_wrong_password_is_refused,
    a_hash_that_cannot_be_computed_is_a_wrong_password,
    what_is_missing_is_named,
    wrong_types_are_named,
    the_device_is_kept,
    a_device_without_a_name_is_called_after_its_user_agent,
    what_a_device_says_of_itself_is_bounded,
    what_a_device_says_of_itself_is_repaired,
    remember_me_is_kept,
    a_foreign_page_cannot_sign_anyone_in,
    ends_the_session_that_it_came_with,
    an_outdated_hash_is_replaced needs Sqlite,
    the_oldest_session_gives_way,
    is_written_to_the_audit_log,
];

async fn signs_in(stage: Stage) {
    let service = stage.start().await;
    let user = service.register("ana@example.org").await;
    let client = service.client();
    let answer = client.post("/login", json!({ "email": "ana@example.org", "password": PASSWORD })).await;
    let body = answer.ok();
    shape::signed_in(&body);
    assert_eq!(body["user"], user);
    assert_eq!(client.get("/session").await.ok()["user"], user);
    let access = shape::text(&body["accessToken"]);
    assert_eq!(service.client().get("/session").bearer(&access).await.ok()["user"], user);
}

async fn the_access_token_says_who(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = Jwt::parse(&ana.access);
    shape::members(&token.header, &["alg", "typ", "kid"]);
    assert_eq!(token.header["alg"], "EdDSA");
    assert_eq!(token.header["typ"], "JWT");
    let names = [
        "sub",
        "email",
        "email_verified",
        "role",
        "sid",
        "iss",
        "aud",
        "iat",
        "exp",
        "pos",
        "auth_time",
        "amr",
    ];
    shape::members(&token.claims, &names);
    assert_eq!(token.claims["sub"], ana.user["id"]);
    assert_eq!(token.claims["email"], "ana@example.org");
    assert_eq!(token.claims["email_verified"], false);
    assert_eq!(token.claims["role"], "user");
    assert_eq!(token.claims["iss"], PUBLIC_URL);
    assert_eq!(token.claims["aud"], PUBLIC_URL);
    shape::uuid(&token.claims["sid"]);
    let (issued, expires) = (token.claims["iat"].as_u64(), token.claims["exp"].as_u64());
    assert_eq!(expires.zip(issued).map(|(expires, issued)| expires - issued), Some(900));
    assert!(token.is_signed_by(&service.jwks().await));
}

async fn a_wrong_password_is_refused(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for password in [OTHER_PASSWORD, "x", "", &PASSWORD.to_uppercase(), &format!("{PASSWORD} ")] {
        let client = service.client();
        let answer = client.post("/login", json!({ "email": "ana@example.org", "password": password })).await;
        if password.is_empty() && answer.status == 400 {
            answer.names("password");
        } else {
            answer.refused("INVALID_CREDENTIALS");
        }
        assert!(answer.cookies().iter().all(|cookie| cookie.is_cleared()), "{answer}");
    }
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

/// An import that went wrong must not tell who has an account.
async fn a_hash_that_cannot_be_computed_is_a_wrong_password(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.sql("UPDATE accounts SET password = '$2b$31$nonsense'");
    let sign_in = json!({ "email": "ana@example.org", "password": PASSWORD });
    for _ in 0..5 {
        service.client().post("/login", sign_in.clone()).await.refused("INVALID_CREDENTIALS");
    }
    service.client().post("/login", sign_in).await.refused("ACCOUNT_LOCKED");
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    client.post("/login", json!({ "password": PASSWORD })).await.names("email");
    client.post("/login", json!({ "email": "ana@example.org" })).await.names("password");
}

async fn wrong_types_are_named(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (field, wrong) in [
        ("email", json!(["ana@example.org"])),
        ("password", json!(123_456_789_012_u64)),
        ("rememberMe", json!("yes")),
        ("deviceId", json!(7)),
        ("deviceName", json!({ "name": "phone" })),
    ] {
        let mut body = json!({ "email": "ana@example.org", "password": PASSWORD });
        body[field] = wrong;
        service.client().post("/login", body).await.names(field);
    }
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn the_device_is_kept(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let ana = service
        .sign_in_with(json!({
            "email": "ana@example.org", "password": PASSWORD, "deviceId": "device-7", "deviceName": "Anas Täfelchen",
        }))
        .await;
    let sessions = ana.client.get("/sessions").header("user-agent", "Suite/1").await.ok();
    assert_eq!(sessions[0]["deviceId"], "device-7");
    assert_eq!(sessions[0]["deviceName"], "Anas Täfelchen");
    let plain = service.sign_in("ana@example.org").await;
    let sid = plain.sid();
    let sessions = plain.client.get("/sessions").await.ok();
    let own = sessions.as_array().and_then(|all| all.iter().find(|one| one["id"] == sid.as_str())).cloned();
    assert!(own.is_some_and(|own| own["deviceId"].is_null() && own["deviceName"].is_null()));
}

async fn a_device_without_a_name_is_called_after_its_user_agent(stage: Stage) {
    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (agent, own, expected) in [
        (FIREFOX, json!(null), json!("Firefox on Windows")),
        (FIREFOX, json!(" "), json!("Firefox on Windows")),
        (FIREFOX, json!("Anas Täfelchen"), json!("Anas Täfelchen")),
        ("curl/8.11.0", json!(null), json!("curl")),
        ("Suite/1", json!(null), json!(null)),
    ] {
        let body = json!({ "email": "ana@example.org", "password": PASSWORD, "deviceName": own });
        let client = service.client();
        client.post("/login", body).header("user-agent", agent).await.ok();
        let list = client.get("/sessions").await.ok();
        let current = list.as_array().and_then(|all| all.iter().find(|one| one["current"] == true));
        assert_eq!(current.map(|one| &one["deviceName"]), Some(&expected), "{agent}, {own}");
    }
    let named = "SELECT count(*) FROM security_events WHERE event_type = 'login_success' \
                 AND json_extract(metadata, '$.deviceName') = 'Firefox on Windows'";
    assert_eq!(service.number(named), 2);
}

async fn what_a_device_says_of_itself_is_bounded(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let long = "x".repeat(10_000);
    let body = json!({
        "email": "ana@example.org", "password": PASSWORD, "deviceId": long, "deviceName": "nul\u{0}\u{1b}[31m",
    });
    let client = service.client();
    client.post("/login", body).header("user-agent", &long).await.ok();
    let list = client.get("/sessions").await.ok();
    for field in ["deviceId", "deviceName", "userAgent"] {
        let kept = shape::text(&list[0][field]);
        assert!(kept.len() < 1000, "{} bytes of {field}", kept.len());
        assert!(!kept.chars().any(char::is_control), "{kept:?}");
    }
}

async fn what_a_device_says_of_itself_is_repaired(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (said, kept) in [
        (" Ana's\u{a0}\tphone ", "Ana's phone"),
        ("Ana 👩\u{200d}💻", "Ana 👩\u{200d}💻"),
        ("gnp\u{202e}exe", "gnp\u{fffd}exe"),
        ("a\u{200b}b\u{feff}c\u{0}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
        // Cut inside an emoji.
        (&format!("{}👩\u{200d}💻", "x".repeat(198)), &format!("{}👩", "x".repeat(198))),
    ] {
        let body = json!({ "email": "ana@example.org", "password": PASSWORD, "deviceName": said });
        let ana = service.sign_in_with(body).await;
        let list = ana.client.get("/sessions").await.ok();
        let current = list.as_array().and_then(|all| all.iter().find(|one| one["current"] == true));
        assert_eq!(current.map(|one| &one["deviceName"]), Some(&json!(kept)), "{said:?}");
    }
}

async fn remember_me_is_kept(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for remember in [true, false] {
        let body = json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": remember });
        let ana = service.sign_in_with(body).await;
        let sessions = ana.client.get("/sessions").await.ok();
        let sid = ana.sid();
        let own =
            sessions.as_array().and_then(|all| all.iter().find(|one| one["id"] == sid.as_str())).cloned();
        let own = own.expect("the session in the list");
        assert_eq!(own["rememberMe"], remember);
        let days = (shape::time(&own["expiresAt"]) - shape::time(&own["createdAt"])) / 86_400_000;
        assert_eq!(days, if remember { 30 } else { 7 });
    }
}

async fn a_foreign_page_cannot_sign_anyone_in(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let client = service.client();
    for origin in [UNTRUSTED, "null", "https://app.example:444"] {
        let answer = client.post("/login", body.clone()).origin(origin).await;
        answer.refused("FORBIDDEN");
        assert!(answer.cookies().is_empty(), "{answer}");
    }
    for origin in [TRUSTED, PUBLIC_URL] {
        client.post("/login", body.clone()).origin(origin).await.ok();
    }
}

async fn ends_the_session_that_it_came_with(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let first = service.sign_in("ana@example.org").await;
    let (name, old) = first.client.session_cookie();
    first.client.post("/login", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok();
    assert_ne!(first.client.session_cookie().1, old);
    first.client.get("/session").await.ok();
    let thief = service.client();
    thief.set_cookie(&name, &old);
    thief.get("/session").await.refused("UNAUTHENTICATED");
    thief.get("/session").without_cookies().bearer(&first.access).await.refused("UNAUTHENTICATED");
    thief.post("/refresh", json!({ "refreshToken": first.refresh })).await.refused("INVALID_REFRESH_TOKEN");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn an_outdated_hash_is_replaced(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    // scrypt as Better Auth writes it: `salt:key` in hex, N=16384 r=16 p=1, of "the horse sings at midnight".
    let imported = "6d616e6161757468746573747373616c:8934477e99bf14d788750a831cf435dbc8215b8e17b92c701d80d0445737e46ece2f54701bd40892c7ab77367b25a471c38c17e86a302c5e4ab1f982d2be74e6";
    service.sql(&format!("UPDATE accounts SET password = '{imported}'"));
    service
        .sign_in_with(json!({ "email": "ana@example.org", "password": "the horse sings at midnight" }))
        .await;
    let hash: String =
        service.database().query_row("SELECT password FROM accounts", [], |row| row.get(0)).expect("a hash");
    assert!(hash.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{hash}");
    service
        .sign_in_with(json!({ "email": "ana@example.org", "password": "the horse sings at midnight" }))
        .await;
}

async fn the_oldest_session_gives_way(stage: Stage) {
    let service = stage.with("sessions_per_user", "2").start().await;
    service.register("ana@example.org").await;
    let first = service.sign_in("ana@example.org").await;
    service.a_moment_passes();
    let second = service.sign_in("ana@example.org").await;
    assert!(first.is_signed_in().await);
    service.a_moment_passes();
    let third = service.sign_in("ana@example.org").await;
    assert!(first.is_signed_out().await);
    assert!(second.is_signed_in().await);
    assert_eq!(third.client.get("/sessions").await.ok().as_array().map(Vec::len), Some(2));
}

async fn is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    let wrong = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
    service
        .client()
        .post("/login", wrong)
        .header("user-agent", "Suite/1")
        .await
        .refused("INVALID_CREDENTIALS");
    let count =
        |kind| service.number(&format!("SELECT count(*) FROM security_events WHERE event_type = '{kind}'"));
    assert_eq!(count("login_success"), 1);
    assert_eq!(count("login_failure"), 1);
    let agents = "SELECT count(*) FROM security_events WHERE event_type = 'login_failure' \
                  AND user_agent = 'Suite/1' AND ip_address = '127.0.0.1'";
    assert_eq!(service.number(agents), 1);
}

async fn the_session_of_a_cookie_beside_a_token_ends_too(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    ana.client.post("/login", body).bearer("anything").await.ok();
    let before = service.client();
    before.set_cookie(&name, &value);
    before.get("/session").await.refused("UNAUTHENTICATED");
}
