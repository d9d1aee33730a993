//! A path that the guard opens only to those who proved lately who they are.

use super::application::{Application, Session, answer, session_cookie};
use crate::{examples, service::PASSWORD};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

examples![
    by_cookie_an_old_session_proves_itself_again,
    by_token_an_old_session_proves_itself_again,
    a_proof_that_lies_ahead_is_none,
];

const TRANSFER: &str = "/guarded/transfer/x";

/// Moves the proof, by seconds.
fn move_proof(application: &Application, seconds: i64) {
    application.sql(&format!("UPDATE sessions SET auth_time = auth_time + {seconds} * 1000"));
}

async fn wants_step_up(request: RequestBuilder) {
    let response = request.send().await.expect("an answer");
    let header = |name| response.headers().get(name).map(|value| value.to_str().expect("text"));
    assert_eq!(response.status(), 401);
    assert_eq!(
        header("www-authenticate"),
        Some(r#"Bearer error="insufficient_user_authentication", max_age=600"#)
    );
    assert_eq!((header("location"), header("set-cookie")), (None, None));
    assert_eq!(
        (header("cache-control"), header("x-content-type-options")),
        (Some("no-store"), Some("nosniff"))
    );
    let body: Value = serde_json::from_str(&response.text().await.expect("text")).expect("JSON");
    let told = (&body["error"], &body["status"], &body["methods"], &body["maxAgeSec"]);
    assert_eq!(told, (&json!("STEP_UP_REQUIRED"), &json!(401), &json!(["password"]), &json!(600)));
}

fn step_up(application: &Application) -> RequestBuilder {
    application.post("step-up", &json!({ "password": PASSWORD }))
}

async fn by_cookie_an_old_session_proves_itself_again(application: Application) {
    let ana = application.someone().await;
    let of_the_page = |request: RequestBuilder, cookie: &str| {
        request.header("cookie", cookie).header("sec-fetch-site", "same-origin")
    };
    let ask = |method, path, cookie: &str| of_the_page(application.ask(method, path), cookie);
    for method in [Method::GET, Method::POST] {
        assert_eq!(answer(ask(method, TRANSFER, &ana.cookie)).await.status, 200);
    }
    move_proof(&application, -601);
    for (method, path) in
        [(Method::GET, TRANSFER), (Method::POST, TRANSFER), (Method::GET, "/guarded/Transfer")]
    {
        wants_step_up(ask(method, path, &ana.cookie)).await;
    }
    for path in ["/guarded/x", "/guarded/transfers", "/guarded/public"] {
        assert_eq!(answer(ask(Method::GET, path, &ana.cookie)).await.status, 200, "{path}");
    }
    let proven = of_the_page(step_up(&application), &ana.cookie).send().await.expect("an answer");
    assert_eq!(proven.status(), 200);
    let answered = answer(ask(Method::POST, TRANSFER, &session_cookie(&proven))).await;
    assert_eq!((answered.status, answered.told("mana-user-id")), (200, ana.id.as_str()));
    let stolen = answer(ask(Method::POST, TRANSFER, &ana.cookie)).await;
    assert_eq!((stolen.status, stolen.error().as_str()), (401, "UNAUTHENTICATED"));
}

/// The access token in an answer.
async fn token(request: RequestBuilder) -> String {
    let answer = answer(request).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    body["accessToken"].as_str().expect("a token").to_owned()
}

/// Moves the proof, which leaves the access tokens behind that tell of the earlier one. A refresh proves nothing.
async fn token_of_moved_proof(application: &Application, session: &Session, seconds: i64) -> String {
    move_proof(application, seconds);
    token(application.post("refresh", &json!({ "refreshToken": session.refresh_token }))).await
}

async fn by_token_an_old_session_proves_itself_again(application: Application) {
    let ana = application.someone().await;
    let ask = |path: &str, token: &str| application.ask(Method::POST, path).bearer_auth(token);
    assert_eq!(answer(ask(TRANSFER, &ana.token)).await.status, 200);
    let old = token_of_moved_proof(&application, &ana, -601).await;
    wants_step_up(ask(TRANSFER, &old)).await;
    assert_eq!(answer(ask("/guarded/x", &old)).await.status, 200);
    let new = token(step_up(&application).bearer_auth(&old)).await;
    assert_eq!(answer(ask(TRANSFER, &new)).await.status, 200);
    let stolen = answer(ask(TRANSFER, &old)).await;
    assert_eq!((stolen.status, stolen.error().as_str()), (401, "TOKEN_EXPIRED"));
}

async fn a_proof_that_lies_ahead_is_none(application: Application) {
    let ana = application.someone().await;
    let ask = || application.get(TRANSFER).header("cookie", &ana.cookie);
    move_proof(&application, 30);
    assert_eq!(answer(ask()).await.status, 200);
    move_proof(&application, 3600);
    wants_step_up(ask()).await;
}
