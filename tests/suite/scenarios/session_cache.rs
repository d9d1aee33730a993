//! The session cache: what a browser keeps of the answer about its session, and what it is worth. How it ages is told in
//! `session_cache_in_time`.

use crate::{client::Answer, runner::gate::Gate, scenarios, service::Stage};
use serde_json::json;

scenarios![
    is_set_beside_the_session_cookie,
    need_not_be_kept needs Management,
    is_as_narrow_as_the_session_cookie,
    is_not_set_where_it_is_turned_off,
    is_not_set_where_it_would_be_too_long,
    is_cleared_with_the_session_cookie,
    says_what_the_database_said,
    counts_with_its_own_session_cookie_alone,
    a_mutation_anywhere_is_ignored needs Management,
    one_of_the_wrong_form_is_ignored,
    lets_nobody_change_anything,
    what_stalled_before_it_was_sealed_holds_no_longer needs Passwords,
];

const ANA: &str = "ana@example.org";

/// The session cache's cookie that an answer sets or clears.
fn cache_of(answer: &Answer) -> Option<crate::client::SetCookie> {
    answer.cookies().into_iter().find(|cookie| cookie.name.ends_with("mana_cache"))
}

async fn is_set_beside_the_session_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert!(!ana.cache().contains(&ana.sid()));
    // Whoever has the session cookie alone gets one with the first answer, and then no more.
    ana.client.forget_cookie("mana_cache");
    let answer = ana.client.get("/session").await;
    assert_eq!(cache_of(&answer).expect("a session cache").max_age(), Some(300));
    assert!(cache_of(&ana.client.get("/session").await).is_none());
    // A token needs none.
    let by_token = service.client().get("/session").bearer(&ana.access).await;
    assert!(cache_of(&by_token).is_none());
}

/// Whoever keeps none costs the database no read either, and is no safer from an end.
async fn need_not_be_kept(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (mut remembered, mut given) = (0, 0);
    for _ in 0..20 {
        ana.client.forget_cookie("mana_cache");
        remembered += u32::from(service.source(&ana).await == "memory");
        if ana.client.cookie("mana_cache").is_some() {
            given += 1;
            assert_eq!(service.source(&ana).await, "cookie");
        }
    }
    // Each instance remembers for itself, and gives it once more.
    assert!(remembered >= 10 && (1..=10).contains(&given), "{remembered}, {given}");
    ana.client.forget_cookie("mana_cache");
    service.sql("UPDATE users SET name = 'Another'");
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Another");
    ana.client.forget_cookie("mana_cache");
    service.sql("DELETE FROM sessions");
    for _ in 0..4 {
        ana.client.get("/session").await.refused("UNAUTHENTICATED");
    }
}

async fn is_as_narrow_as_the_session_cookie(stage: Stage) {
    let stage = stage.with("public_url", "https://auth.shop.example").with("cookie_domain", "shop.example");
    let service = stage.with("session_cache_seconds", "60").start().await;
    service.register(ANA).await;
    let body = json!({ "email": ANA, "password": crate::service::PASSWORD });
    let cookie = cache_of(&service.client().post("/login", body).await).expect("a session cache");
    assert_eq!(cookie.name, "__Secure-mana_cache");
    let expected = ["domain=shop.example", "httponly", "max-age=60", "path=/", "samesite=lax", "secure"];
    assert_eq!(cookie.attributes, expected);
}

async fn is_not_set_where_it_is_turned_off(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    service.restart_with("session_cache", "false").await;
    // The one that is still there is not looked at.
    service.sql("DELETE FROM invalidations");
    let answer = ana.client.get("/session").await;
    answer.ok();
    assert!(cache_of(&answer).is_none());
    assert!(service.sign_in(ANA).await.client.cookie("mana_cache").is_none());
}

async fn is_not_set_where_it_would_be_too_long(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let image = format!("https://pictures.example/{}", "x".repeat(1900));
    let agent = "y".repeat(500);
    ana.client.post("/profile", json!({ "image": image, "name": "ж".repeat(190) })).await.ok();
    ana.client.forget_cookie("mana_cache");
    service.sql(&format!("UPDATE sessions SET user_agent = '{agent}'"));
    for _ in 0..2 {
        let answer = ana.client.get("/session").await;
        assert_eq!(answer.ok()["user"]["image"], image);
        assert!(cache_of(&answer).is_none());
    }
}

async fn is_cleared_with_the_session_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer = ana.client.post("/logout", json!({})).await;
    assert!(cache_of(&answer).expect("a cleared session cache").is_cleared());
    assert!(ana.client.cookie("mana_cache").is_none());
    let ana = service.sign_in(ANA).await;
    let answer = ana.client.delete(&format!("/sessions/{}", ana.sid())).await;
    assert!(cache_of(&answer).expect("a cleared session cache").is_cleared());
}

async fn says_what_the_database_said(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let cached = ana.client.get("/session").await.ok();
    ana.client.forget_cookie("mana_cache");
    assert_eq!(cached, ana.client.get("/session").await.ok());
    // What the owner changes shows with the next answer, like anything else.
    ana.client.post("/profile", json!({ "name": "Another" })).await.ok();
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Another");
}

async fn counts_with_its_own_session_cookie_alone(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    bob.client.set_cookie("mana_cache", &ana.cache());
    assert_eq!(bob.client.get("/session").await.ok()["user"], bob.user);
    let thief = service.client();
    thief.set_cookie("mana_cache", &ana.cache());
    thief.get("/session").await.refused("UNAUTHENTICATED");
    thief.set_cookie("mana_session", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    thief.get("/session").await.refused("UNAUTHENTICATED");
}

async fn a_mutation_anywhere_is_ignored(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let whole = ana.cache();
    assert_eq!(service.source(&ana).await, "cookie");
    // Every character of header, nonce and tag, and some of the text.
    for index in (0..whole.len()).filter(|index| *index < 90 || index % 40 == 0 || *index > whole.len() - 24)
    {
        let mut mutated = whole.clone().into_bytes();
        mutated[index] = if mutated[index] == b'A' { b'B' } else { b'A' };
        ana.client.set_cookie("mana_cache", std::str::from_utf8(&mutated).expect("text"));
        assert_ne!(service.source(&ana).await, "cookie", "character {index}");
    }
}

async fn one_of_the_wrong_form_is_ignored(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let whole = ana.cache();
    let parts: Vec<&str> = whole.split('.').collect();
    let [header, _, nonce, text, tag] = parts[..] else { panic!("{whole} is no compact JWE") };
    let other_header = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0";
    let long = "x".repeat(5000);
    for wrong in [
        "",
        "x",
        "....",
        &format!("{header}.AAAA.{nonce}.{text}.{tag}"),
        &format!("{other_header}..{nonce}.{text}.{tag}"),
        &format!("{header}..{nonce}.{text}.{tag}."),
        &format!("{header}..{nonce}.{text}.{tag}="),
        &format!("{header}..{nonce}.{text}"),
        &format!("{header}..{nonce}..{tag}"),
        &format!("{header}..{nonce}.{text}.{}", &tag[..8]),
        &format!(" {whole}x"),
        &long,
    ] {
        ana.client.set_cookie("mana_cache", wrong);
        assert_eq!(ana.client.get("/session").await.ok()["user"], ana.user, "{wrong}");
    }
    // Of two, nobody can tell which is theirs.
    ana.client.set_cookie("mana_cache", &format!("{whole}; mana_cache={whole}"));
    assert_eq!(ana.client.get("/session").await.ok()["user"], ana.user);
}

/// It says who somebody is, to themselves. To do anything takes the database's word.
async fn lets_nobody_change_anything(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    service.sql("DELETE FROM sessions");
    // As if nobody had noticed the end.
    service.sql("DELETE FROM invalidations WHERE subject NOT LIKE 'start:%'");
    ana.client.post("/profile", json!({ "name": "x" })).await.refused("UNAUTHENTICATED");
    ana.client.get("/sessions").await.refused("UNAUTHENTICATED");
}

/// What a sign-in read before a slow hash is sealed after it. What changed in between counts.
async fn what_stalled_before_it_was_sealed_holds_no_longer(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    gate.close();
    let signing_in = service.sign_in(ANA);
    let meanwhile = async {
        gate.someone_waits().await;
        service.sql("UPDATE users SET name = 'Meanwhile', role = 'admin'");
        gate.open();
    };
    let (ana, ()) = futures::join!(signing_in, meanwhile);
    assert_eq!(ana.user["role"], "user");
    assert!(ana.client.cookie("mana_cache").is_some());
    let user = ana.client.get("/session").await.ok()["user"].clone();
    assert_eq!((&user["name"], &user["role"]), (&json!("Meanwhile"), &json!("admin")));
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
}
