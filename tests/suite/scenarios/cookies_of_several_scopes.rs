//! A browser that was here before `cookie_domain` or `public_url` changed: it sends what it got then beside what it gets now.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use serde_json::{Value, json};

scenarios![
    an_old_one_still_counts,
    the_one_of_a_living_session_counts,
    of_two_living_ones_the_newest_counts,
    of_different_users_none_counts,
    no_more_than_four_are_looked_at,
    of_more_than_four_living_ones_none_counts_and_sixteen_are_ended,
    a_name_that_is_not_in_use_signs_nobody_in,
    signing_out_ends_all_of_them_and_clears_every_scope,
    signing_out_ends_those_of_other_names_too,
    signing_in_clears_other_scopes,
    a_session_cache_counts_beside_another needs Management,
];

const URL: &str = "https://auth.eu.shop.example";
const NAME: &str = "__Secure-mana_session";

async fn start(stage: Stage) -> Service {
    let service = stage.with("public_url", URL).with("cookie_domain", "shop.example").start().await;
    service.register("ana@example.org").await;
    service.register("bob@example.org").await;
    service
}

/// The session cookie of a sign-in.
async fn cookie_of(service: &Service, email: &str) -> String {
    service.a_moment_passes();
    service.sign_in(email).await.client.session_cookie().1
}

fn ana() -> Value {
    json!({ "email": "ana@example.org", "password": PASSWORD })
}

/// Signs in with a browser that still has this session cookie.
async fn sign_in_beside(service: &Service, old: &str) -> Answer {
    let client = service.client();
    let call = client.post("/login", ana()).header("cookie", &format!("{NAME}={old}"));
    let answer = call.origin(URL).await;
    answer.ok();
    answer
}

/// Sends exactly these session cookies.
async fn with(client: &Client, method: http::Method, path: &str, cookies: &[&str]) -> Answer {
    let pairs: Vec<String> = cookies.iter().map(|value| format!("{NAME}={value}")).collect();
    let call = client.call(method, &format!("/api/v1/auth{path}")).without_cookies();
    call.header("cookie", &pairs.join("; ")).origin(URL).await
}

async fn get(service: &Service, cookies: &[&str]) -> Answer {
    with(&service.client(), http::Method::GET, "/session", cookies).await
}

/// The scopes in which the answer clears the session cookie of this name; empty for the host alone.
fn cleared(answer: &Answer, name: &str) -> Vec<String> {
    let cookies = answer.cookies().into_iter().filter(|cookie| cookie.name == name && cookie.is_cleared());
    let domain = |attributes: &[String]| {
        attributes.iter().find_map(|text| text.strip_prefix("domain=").map(ToOwned::to_owned))
    };
    let mut scopes: Vec<String> =
        cookies.map(|cookie| domain(&cookie.attributes).unwrap_or_default()).collect();
    scopes.sort();
    scopes
}

const SCOPES: [&str; 4] = ["", "auth.eu.shop.example", "eu.shop.example", "shop.example"];

async fn an_old_one_still_counts(stage: Stage) {
    let mut service = start(stage).await;
    let old = cookie_of(&service, "ana@example.org").await;
    service.restart_with("cookie_domain", "eu.shop.example").await;
    get(&service, &[&old]).await.ok();
}

async fn the_one_of_a_living_session_counts(stage: Stage) {
    let service = start(stage).await;
    let old = cookie_of(&service, "ana@example.org").await;
    let answer = sign_in_beside(&service, &old).await;
    // The answer also clears it in other scopes.
    let new = answer.cookies().into_iter().find(|cookie| cookie.name == NAME && !cookie.is_cleared());
    let new = new.expect("a session cookie").value;
    for cookies in [[&old, &new], [&new, &old]] {
        let session = get(&service, &cookies.map(String::as_str)).await.ok();
        assert_eq!(session["session"]["current"], true);
    }
    get(&service, &["rubbish", &new]).await.ok();
    get(&service, &[&old, "rubbish"]).await.refused("UNAUTHENTICATED");
}

async fn of_two_living_ones_the_newest_counts(stage: Stage) {
    let service = start(stage).await;
    let old = cookie_of(&service, "ana@example.org").await;
    let new = cookie_of(&service, "ana@example.org").await;
    let newest = get(&service, &[&new]).await.ok()["session"]["id"].clone();
    for cookies in [[&old, &new], [&new, &old], [&new, &new]] {
        let cookies = cookies.map(String::as_str);
        assert_eq!(get(&service, &cookies).await.ok()["session"]["id"], newest);
        let list = with(&service.client(), http::Method::GET, "/sessions", &cookies).await.ok();
        let current = list.as_array().into_iter().flatten().find(|one| one["current"] == true);
        assert_eq!(current.expect("the one that asks")["id"], newest);
    }
}

/// A sibling domain can plant a cookie, of an account of its own: whose the browser is can't be told.
async fn of_different_users_none_counts(stage: Stage) {
    let service = start(stage).await;
    let ana = cookie_of(&service, "ana@example.org").await;
    let bob = cookie_of(&service, "bob@example.org").await;
    for cookies in [[&ana, &bob], [&bob, &ana]] {
        get(&service, &cookies.map(String::as_str)).await.refused("UNAUTHENTICATED");
    }
    get(&service, &[&ana]).await.ok();
    // Once one of them has ended, the other counts.
    with(&service.client(), http::Method::POST, "/logout", &[&bob]).await.ok();
    get(&service, &[&bob, &ana]).await.ok();
}

async fn no_more_than_four_are_looked_at(stage: Stage) {
    let service = start(stage).await;
    let ana = cookie_of(&service, "ana@example.org").await;
    get(&service, &["a", "b", "c", "d", &ana]).await.ok();
    // Well-formed ones, as a sibling domain can plant them.
    let planted: Vec<String> = ["A", "E", "I", "M"].iter().map(|c| c.repeat(43)).collect();
    let [a, b, c, d] = [0, 1, 2, 3].map(|n| planted[n].as_str());
    get(&service, &[a, b, c, &ana]).await.ok();
    get(&service, &[a, b, c, d, &ana]).await.refused("UNAUTHENTICATED");
    get(&service, &[&ana, a, b, c, d]).await.refused("UNAUTHENTICATED");
    with(&service.client(), http::Method::POST, "/logout", &[a, b, c, d, &ana]).await.ok();
    get(&service, &[&ana]).await.refused("UNAUTHENTICATED");
}

async fn of_more_than_four_living_ones_none_counts_and_sixteen_are_ended(stage: Stage) {
    let service = start(stage.with("sessions_per_user", "20")).await;
    let mut cookies = Vec::new();
    for _ in 0..17 {
        cookies.push(cookie_of(&service, "ana@example.org").await);
    }
    let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
    get(&service, &cookies[..4]).await.ok();
    get(&service, &cookies[..5]).await.refused("UNAUTHENTICATED");
    // It does not say that it is done while one lives.
    with(&service.client(), http::Method::POST, "/logout", &cookies).await.refused("VALIDATION_FAILED");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    get(&service, &cookies[16..]).await.ok();
    with(&service.client(), http::Method::POST, "/logout", &cookies[1..]).await.ok();
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn a_name_that_is_not_in_use_signs_nobody_in(stage: Stage) {
    let service = start(stage).await;
    let ana = cookie_of(&service, "ana@example.org").await;
    for name in ["mana_session", "__Host-mana_session", "__secure-mana_session", "__Secure-mana_session2"] {
        let call = service.client();
        let call = call.get("/session").header("cookie", &format!("{name}={ana}"));
        call.await.refused("UNAUTHENTICATED");
    }
}

async fn signing_out_ends_all_of_them_and_clears_every_scope(stage: Stage) {
    let service = start(stage).await;
    let old = cookie_of(&service, "ana@example.org").await;
    let new = cookie_of(&service, "ana@example.org").await;
    let bob = cookie_of(&service, "bob@example.org").await;
    let answer = with(&service.client(), http::Method::POST, "/logout", &[&old, &new, &bob]).await;
    answer.ok();
    assert_eq!(cleared(&answer, NAME), SCOPES);
    for cookie in [&old, &new, &bob] {
        get(&service, &[cookie]).await.refused("UNAUTHENTICATED");
    }
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn signing_out_ends_those_of_other_names_too(stage: Stage) {
    let service = start(stage).await;
    for name in ["mana_session", "__Host-mana_session"] {
        let ana = cookie_of(&service, "ana@example.org").await;
        let client = service.client();
        let call = client.post("/logout", json!({})).header("cookie", &format!("{name}={ana}")).origin(URL);
        let answer = call.await;
        answer.ok();
        assert!(!cleared(&answer, name).is_empty(), "{name}");
        assert_eq!(service.number("SELECT count(*) FROM sessions"), 0, "{name}");
    }
}

async fn signing_in_clears_other_scopes(stage: Stage) {
    let service = start(stage).await;
    let old = cookie_of(&service, "ana@example.org").await;
    let answer = sign_in_beside(&service, &old).await;
    assert_eq!(cleared(&answer, NAME), SCOPES[..3], "the scope in use is set");
    get(&service, &[&old]).await.refused("UNAUTHENTICATED");
    // Who brings none is told of none.
    let answer = service.client().post("/login", ana()).await;
    assert!(cleared(&answer, NAME).is_empty(), "{answer}");
}

async fn a_session_cache_counts_beside_another(stage: Stage) {
    let service = start(stage).await;
    let ana = service.sign_in("ana@example.org").await;
    let cache = ana.client.cookie("__Secure-mana_cache").expect("a session cache");
    let (_, session) = ana.client.session_cookie();
    let before = service.metrics().await.count("session_reads", "cookie");
    let cookies = format!("__Secure-mana_cache=rubbish; {NAME}={session}; __Secure-mana_cache={cache}");
    ana.client.get("/session").without_cookies().header("cookie", &cookies).await.ok();
    assert_eq!(service.metrics().await.count("session_reads", "cookie"), before + 1);
}
