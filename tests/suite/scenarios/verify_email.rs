//! `POST /resend-verification` and `POST /verify-email`: proving that an address is its owner's.

use crate::{
    client::{Answer, Client},
    scenarios,
    scenarios::registrations::{send_form, send_form_with},
    service::{OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Service, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    whoever_knows_the_password_keeps_it needs Mail,
    what_was_planted_before_ends needs Mail,
    another_password_can_be_chosen needs Mail,
    a_wrong_password_spends_nothing needs Mail,
    a_code_does_it_too needs Mail,
    it_is_good_once_and_for_a_day needs Mail Clock,
    nobody_is_mailed_who_needs_no_proof needs Mail,
    the_page_does_it_without_script needs Mail,
    two_clicks_at_once_have_one_outcome needs Mail,
    the_page_leads_back_to_a_trusted_app needs Mail,
    where_it_leads_is_asked_again needs Mail,
    a_change_of_the_account_ends_it needs Mail,
    without_mail_there_is_none,
];

const ANA: &str = "ana@example.org";

async fn asks(service: &Service, email: &str) -> Value {
    service.client().post("/resend-verification", json!({ "email": email })).await.ok()
}

async fn mailed(service: &Service) -> String {
    asks(service, ANA).await;
    service.mail().await.token()
}

async fn proves(client: &Client, body: Value) -> Answer {
    client.post("/verify-email", body).await
}

async fn sign_in(service: &Service, password: &str) -> u16 {
    service.client().post("/login", json!({ "email": ANA, "password": password })).await.status
}

const PROVEN: &str = "SELECT email_verified FROM users";

async fn whoever_knows_the_password_keeps_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    asks(&service, ANA).await;
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Confirm your address for mana-auth"));
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/verify-email?token=")), "{}", mail.link());
    let body = json!({ "token": mail.token(), "password": PASSWORD });
    proves(&service.client(), body).await.ok();
    assert_eq!(service.number(PROVEN), 1);
    assert_eq!(ana.client.get("/session").await.ok()["user"]["emailVerified"], true);
    assert_eq!(sign_in(&service, PASSWORD).await, 200);
}

/// Somebody has registered with Ana's address before her, and waits for her to prove it.
async fn what_was_planted_before_ends(stage: Stage) {
    let service = stage.start().await;
    let thief = service.someone().await;
    proves(&service.client(), json!({ "token": mailed(&service).await })).await.ok();
    assert!(thief.is_signed_out().await);
    assert_eq!(sign_in(&service, PASSWORD).await, 401);
    assert_eq!(service.number("SELECT count(*) FROM devices"), 0);
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let reset = json!({ "token": service.mail().await.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", reset).await.ok();
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, 200);
}

async fn another_password_can_be_chosen(stage: Stage) {
    let service = stage.start().await;
    let thief = service.someone().await;
    let token = mailed(&service).await;
    let weak = json!({ "token": token, "newPassword": "aaaaaaaaaaaa" });
    proves(&service.client(), weak).await.names("newPassword");
    proves(&service.client(), json!({ "token": token, "newPassword": OTHER_PASSWORD })).await.ok();
    assert!(thief.is_signed_out().await);
    assert_eq!((sign_in(&service, PASSWORD).await, sign_in(&service, OTHER_PASSWORD).await), (401, 200));
}

async fn a_wrong_password_spends_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = mailed(&service).await;
    let wrong = json!({ "token": token, "password": OTHER_PASSWORD });
    for _ in 0..5 {
        proves(&service.client(), wrong.clone()).await.refused("INVALID_CREDENTIALS");
    }
    let right = json!({ "token": token, "password": PASSWORD });
    proves(&service.client(), right).await.refused("ACCOUNT_LOCKED");
    assert!(ana.is_signed_in().await && service.number(PROVEN) == 0);
    proves(&service.client(), json!({ "token": token })).await.ok();
}

async fn a_code_does_it_too(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    asks(&service, ANA).await;
    let code = service.mail().await.code();
    let body = |code: &str| json!({ "email": ANA, "code": code, "password": PASSWORD });
    proves(&service.client(), body("000000")).await.refused("TOKEN_INVALID");
    proves(&service.client(), body(&code)).await.ok();
    assert_eq!(service.number(PROVEN), 1);
    proves(&service.client(), json!({ "email": ANA })).await.names("token");
}

async fn it_is_good_once_and_for_a_day(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let first = mailed(&service).await;
    service.advance(Duration::from_secs(86_400));
    proves(&service.client(), json!({ "token": first })).await.refused("TOKEN_INVALID");
    let second = mailed(&service).await;
    let code = json!({ "email": ANA, "code": "000000" });
    service.advance(Duration::from_secs(3_601));
    proves(&service.client(), code).await.refused("TOKEN_INVALID");
    proves(&service.client(), json!({ "token": second })).await.ok();
    proves(&service.client(), json!({ "token": second })).await.refused("TOKEN_INVALID");
}

async fn nobody_is_mailed_who_needs_no_proof(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.register("bob@example.org").await;
    service.sql("UPDATE users SET email_verified = true WHERE email = 'bob@example.org'");
    let told = asks(&service, ANA).await;
    assert_eq!(asks(&service, "bob@example.org").await, told);
    assert_eq!(asks(&service, "nobody@example.org").await, told);
    let to: Vec<String> = service.all_mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [ANA]);
}

async fn the_page_does_it_without_script(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = mailed(&service).await;
    let browser = service.client();
    let opened = browser.call(Method::GET, &format!("/verify-email?token={token}")).await;
    assert!(String::from_utf8_lossy(&opened.body).contains("action=\"/verify-email\""), "{opened}");
    assert_eq!(send_form(&browser, &token, "short").await.status, 400);
    assert_eq!(service.number(PROVEN), 0);
    for _ in 0..2 {
        let done = send_form(&browser, &token, PASSWORD).await;
        assert_eq!((done.status, done.header("location")), (303, "/login"), "{done}");
    }
    ana.client.get("/session").await.ok();
    assert_eq!(send_form(&service.client(), &token, PASSWORD).await.status, 400);
    // A password that is not the account's becomes it, where that is wanted.
    service.sql("UPDATE users SET email_verified = false");
    let token = mailed(&service).await;
    assert_eq!(send_form(&browser, &token, OTHER_PASSWORD).await.status, 400);
    let done = send_form_with(&browser, &token, OTHER_PASSWORD, "&choose=new").await;
    assert_eq!(done.status, 303, "{done}");
    assert_eq!((sign_in(&service, PASSWORD).await, sign_in(&service, OTHER_PASSWORD).await), (401, 200));
}

async fn two_clicks_at_once_have_one_outcome(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    let browser = service.client();
    browser.call(Method::GET, &format!("/verify-email?token={token}")).await;
    let (one, other) =
        futures::join!(send_form(&browser, &token, PASSWORD), send_form(&browser, &token, PASSWORD));
    assert_eq!((one.status, other.status), (303, 303), "{one}\n{other}");
    assert_eq!(service.number(PROVEN), 1);
}

async fn the_page_leads_back_to_a_trusted_app(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let asked = |to: String| json!({ "email": ANA, "sourceAppUrl": to });
    let page = format!("{TRUSTED}/welcome?from=mail");
    service.client().post("/resend-verification", asked(page.clone())).await.ok();
    let token = service.mail().await.token();
    let done = send_form(&service.client(), &token, PASSWORD).await;
    assert_eq!((done.status, done.header("location")), (303, page.as_str()));
    let evil = service.client().post("/resend-verification", asked(format!("{UNTRUSTED}/"))).await;
    evil.names("sourceAppUrl");
}

/// What a row says is not believed: the operator may have taken an address off the list, and rows can be written.
async fn where_it_leads_is_asked_again(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    service.sql("UPDATE challenges SET detail = 'https://evil.example/'");
    let done = send_form(&service.client(), &token, PASSWORD).await;
    assert_eq!((done.status, done.header("location")), (303, "/login"));
}

async fn a_change_of_the_account_ends_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = mailed(&service).await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    ana.client.post("/change-password", change).await.ok();
    proves(&service.client(), json!({ "token": token })).await.refused("TOKEN_INVALID");
    let body = json!({ "token": token, "newPassword": "eleven herons mend a roof" });
    service.client().post("/reset-password", body).await.refused("TOKEN_INVALID");
}

async fn without_mail_there_is_none(stage: Stage) {
    let service = stage.with("public_url", "https://auth.example.org").start().await;
    service.client().post("/resend-verification", json!({ "email": ANA })).await.refused("NOT_FOUND");
}
