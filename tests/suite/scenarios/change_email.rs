//! `POST /change-email`: asked with a fresh proof, confirmed at the new address, and taken back at the old one.

use crate::{
    client::Answer,
    jwt::Jwt,
    scenarios,
    service::{Mail, OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Person, Service, Stage, TRUSTED},
};
use http::Method;
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

scenarios![
    the_new_address_confirms_it needs Mail,
    a_code_confirms_it_too needs Mail,
    it_is_confirmed_by_the_accounts_own_session_alone needs Mail,
    it_needs_a_fresh_proof needs Mail Clock,
    nobody_is_told_whether_an_address_is_taken needs Mail,
    an_address_that_was_taken_meanwhile_is_refused needs Mail,
    a_change_of_the_account_ends_what_is_pending needs Mail,
    a_reset_while_the_address_changes needs Mail,
    tokens_that_name_the_old_address_are_over needs Mail,
    the_old_address_is_asked_first_where_the_operator_wants_it needs Mail,
    asked_at_the_old_address_first_it_floods_nobody needs Mail,
    asking_for_another_ends_what_was_asked_for_before needs Mail,
    the_pages_ask_first needs Mail,
    an_app_is_led_to needs Mail,
    another_spelling_is_the_same_address needs Mail,
    without_mail_there_is_none,
];

pub const ANA: &str = "ana@example.org";
pub const NEW: &str = "ana@elsewhere.example";

pub async fn asks(ana: &Person, new: &str) -> Value {
    ana.client.post("/change-email", json!({ "newEmail": new })).await.ok()
}

pub async fn confirm(ana: &Person, token: &str) -> Answer {
    ana.client.post("/change-email/confirm", json!({ "token": token })).await
}

pub async fn undo(service: &Service, token: &str) -> Answer {
    service.client().post("/change-email/undo", json!({ "token": token })).await
}

pub async fn email(ana: &Person) -> Value {
    ana.client.get("/profile").await.ok()["email"].clone()
}

pub async fn sign_in(service: &Service, email: &str, password: &str) -> Answer {
    service.client().post("/login", json!({ "email": email, "password": password })).await
}

/// Ana has changed her address; the mail to the old one.
pub async fn changed(service: &Service, ana: &Person, new: &str) -> Mail {
    asks(ana, new).await;
    let mail = service.mail().await;
    assert_eq!(mail.to, new);
    confirm(ana, &mail.token()).await.ok();
    service.mail().await
}

async fn the_new_address_confirms_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    asks(&ana, "Ana@Elsewhere.example").await;
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (NEW, "Confirm your new address for mana-auth"));
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/confirm-email?token=")), "{}", mail.link());
    assert_eq!(email(&ana).await, ANA, "nothing is changed yet");
    confirm(&ana, &mail.token()).await.ok();
    let profile = ana.client.get("/profile").await.ok();
    assert_eq!((&profile["email"], &profile["emailVerified"]), (&json!(NEW), &json!(true)));
    sign_in(&service, NEW, PASSWORD).await.ok();
    sign_in(&service, ANA, PASSWORD).await.refused("INVALID_CREDENTIALS");
    confirm(&ana, &mail.token()).await.refused("TOKEN_INVALID");
}

async fn a_code_confirms_it_too(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    let code = service.mail().await.code();
    assert!(code.len() == 9 && code.contains('-'), "{code}");
    let by_code = async |who: &Person, code: &str| {
        who.client.post("/change-email/confirm", json!({ "code": code })).await
    };
    // Somebody else who asks for the same address neither uses the code nor takes its place.
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    asks(&bob, NEW).await;
    by_code(&bob, &code).await.refused("TOKEN_INVALID");
    by_code(&ana, "0000-0000").await.refused("TOKEN_INVALID");
    by_code(&ana, &code).await.ok();
    assert_eq!(email(&ana).await, NEW);
}

/// A stranger asks for an address that they don't read, and hopes that a scanner, or who reads it, presses the button.
async fn it_is_confirmed_by_the_accounts_own_session_alone(stage: Stage) {
    let service = stage.start().await;
    service.register("eve@example.org").await;
    let eve = service.sign_in("eve@example.org").await;
    asks(&eve, ANA).await;
    let token = service.mail().await.token();
    let ana = service.someone().await;
    service
        .client()
        .post("/change-email/confirm", json!({ "token": token }))
        .await
        .refused("UNAUTHENTICATED");
    confirm(&ana, &token).await.refused("TOKEN_INVALID");
    let scanner = service.client();
    let opened = scanner.call(Method::GET, &format!("/confirm-email?token={token}")).await;
    assert!(!String::from_utf8_lossy(&opened.body).contains("<form"), "{opened}");
    for (client, status) in [(&scanner, 401), (&ana.client, 400)] {
        let form = client.call(Method::POST, "/confirm-email");
        let pressed = form.body("application/x-www-form-urlencoded", format!("token={token}")).await;
        assert_eq!(pressed.status, status, "{pressed}");
    }
    assert_eq!(email(&eve).await, "eve@example.org");
}

async fn it_needs_a_fresh_proof(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(Duration::from_secs(660));
    let stolen = ana.client.post("/change-email", json!({ "newEmail": NEW })).await;
    stolen.refused("STEP_UP_REQUIRED");
    let wrong = json!({ "newEmail": NEW, "password": OTHER_PASSWORD });
    ana.client.post("/change-email", wrong).await.refused("INVALID_CREDENTIALS");
    assert!(service.all_mails().await.is_empty());
    ana.client.post("/change-email", json!({ "newEmail": NEW, "password": PASSWORD })).await.ok();
    assert_eq!(service.mail().await.to, NEW);
    service.client().post("/change-email", json!({ "newEmail": NEW })).await.refused("UNAUTHENTICATED");
    ana.client.post("/change-email", json!({ "password": PASSWORD })).await.names("newEmail");
    ana.client.post("/change-email", json!({ "newEmail": "x" })).await.names("newEmail");
}

async fn nobody_is_told_whether_an_address_is_taken(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let free = asks(&ana, NEW).await;
    assert_eq!(asks(&ana, "bob@example.org").await, free);
    assert_eq!(asks(&ana, ANA).await, free);
    let to: Vec<String> = service.all_mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [NEW]);
}

async fn an_address_that_was_taken_meanwhile_is_refused(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    let token = service.mail().await.token();
    service.register(NEW).await;
    confirm(&ana, &token).await.refused("EMAIL_ALREADY_EXISTS");
    assert_eq!(email(&ana).await, ANA);
}

async fn a_change_of_the_account_ends_what_is_pending(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    let token = service.mail().await.token();
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    ana.client.post("/change-password", change).await.ok();
    confirm(&ana, &token).await.refused("TOKEN_INVALID");
    service
        .client()
        .post("/reset-password", json!({ "token": token, "newPassword": PASSWORD }))
        .await
        .refused("TOKEN_INVALID");
    undo(&service, &token).await.refused("TOKEN_INVALID");
}

async fn a_reset_while_the_address_changes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let reset = service.mail().await.token();
    asks(&ana, NEW).await;
    let change = service.mail().await.token();
    confirm(&ana, &change).await.ok();
    let body = json!({ "token": reset, "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).await.refused("TOKEN_INVALID");
    // Both at once: one of them, whichever is first.
    service.all_mails().await;
    service.client().post("/forgot-password", json!({ "email": NEW })).await.ok();
    let reset = json!({ "token": service.mail().await.token(), "newPassword": OTHER_PASSWORD });
    asks(&ana, "third@example.org").await;
    let change = service.mail().await.token();
    let one = service.client();
    let (reset, changed) = futures::join!(
        one.post("/reset-password", reset).into_future(),
        ana.client.post("/change-email/confirm", json!({ "token": change })).into_future(),
    );
    let statuses = [reset.status, changed.status];
    assert!(statuses == [200, 400] || statuses == [400, 200], "{statuses:?}");
}

async fn tokens_that_name_the_old_address_are_over(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    changed(&service, &ana, NEW).await;
    let app = service.client();
    app.get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    let tokens = app.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    let claims = Jwt::parse(tokens["accessToken"].as_str().expect("a token")).claims;
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!(NEW), &json!(true)));
}

async fn the_old_address_is_asked_first_where_the_operator_wants_it(stage: Stage) {
    let service = stage.with("change_email_confirm_old", "true").start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    let asked = service.mail().await;
    assert_eq!((asked.to.as_str(), asked.subject.as_str()), (ANA, "Allow another address for mana-auth"));
    confirm(&ana, &asked.token()).await.refused("TOKEN_INVALID");
    let allow = async || ana.client.post("/change-email/allow", json!({ "token": asked.token() })).await;
    service.client().post("/change-email/allow", json!({ "token": asked.token() })).await.is(401);
    allow().await.ok();
    allow().await.refused("TOKEN_INVALID");
    let mail = service.mail().await;
    assert_eq!(mail.to, NEW);
    confirm(&ana, &mail.token()).await.ok();
    assert_eq!(email(&ana).await, NEW);
}

/// A stranger with many accounts allows each of its own changes, to the address of somebody else.
async fn asked_at_the_old_address_first_it_floods_nobody(stage: Stage) {
    let service = stage.with("change_email_confirm_old", "true").start().await;
    let mut to_new = 0;
    for n in 0..4 {
        let own = format!("eve{n}@example.org");
        service.register(&own).await;
        let eve = service.sign_in(&own).await;
        asks(&eve, NEW).await;
        let token = service.mail().await.token();
        eve.client.post("/change-email/allow", json!({ "token": token })).await.ok();
        to_new += service.all_mails().await.iter().filter(|mail| mail.to == NEW).count();
    }
    assert_eq!(to_new, 2, "as many as strangers may cause in an hour");
}

/// Whether the later mail was sent or not: what else is good must not tell how many somebody else has asked for.
async fn asking_for_another_ends_what_was_asked_for_before(stage: Stage) {
    let service = stage.start().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    for _ in 0..2 {
        asks(&bob, NEW).await;
        service.mail().await;
    }
    let ana = service.someone().await;
    asks(&ana, "ana@third.example").await;
    let mail = service.mail().await;
    asks(&ana, NEW).await;
    assert!(service.all_mails().await.is_empty(), "dropped");
    for body in [json!({ "token": mail.token() }), json!({ "code": mail.code() })] {
        ana.client.post("/change-email/confirm", body).await.refused("TOKEN_INVALID");
    }
    assert_eq!(email(&ana).await, ANA);
}

async fn the_pages_ask_first(stage: Stage) {
    let service = stage.with("change_email_confirm_old", "true").start().await;
    let ana = service.someone().await;
    asks(&ana, NEW).await;
    let browser = &ana.client;
    let walks = async |mail: Mail, path: &str, done: &str| {
        let token = mail.token();
        let page = browser.call(Method::GET, &format!("{path}?token={token}")).await;
        assert!(
            page.status == 200 && String::from_utf8_lossy(&page.body).contains(&format!("action=\"{path}\"")),
            "{page}"
        );
        for _ in 0..2 {
            let form = browser.call(Method::POST, path);
            let page =
                form.body("application/x-www-form-urlencoded", format!("token={token}&sure=yes")).await;
            assert!(page.status == 200 && String::from_utf8_lossy(&page.body).contains(done), "{page}");
        }
        let stranger = service.client();
        let other = stranger
            .call(Method::POST, path)
            .body("application/x-www-form-urlencoded", format!("token={token}&sure=yes"))
            .await;
        assert!(matches!(other.status, 400 | 401), "{other}");
    };
    walks(service.mail().await, "/allow-email-change", "The change is allowed").await;
    assert_eq!(email(&ana).await, ANA);
    walks(service.mail().await, "/confirm-email", "Your address is changed").await;
    assert_eq!(email(&ana).await, NEW);
    let told = service.mail().await;
    let unticked = browser.call(Method::POST, "/undo-email-change");
    let unticked =
        unticked.body("application/x-www-form-urlencoded", format!("token={}", told.token())).await;
    assert_eq!((unticked.status, email(&ana).await), (400, json!(NEW)), "{unticked}");
    walks(told, "/undo-email-change", "The change is undone").await;
    assert_eq!(
        service.all_mails().await.len(),
        2,
        "each was done once: who is displaced is told, and the way in"
    );
}

async fn an_app_is_led_to(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let page = format!("{TRUSTED}/confirm");
    ana.client.post("/change-email", json!({ "newEmail": NEW, "redirectTo": page })).await.ok();
    assert!(service.mail().await.link().starts_with(&format!("{page}?token=")));
    let evil = json!({ "newEmail": NEW, "redirectTo": "https://evil.example/" });
    ana.client.post("/change-email", evil).await.names("redirectTo");
}

async fn another_spelling_is_the_same_address(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("josé@example.org").await;
    // Composed, decomposed, capitals, and a domain in two forms.
    for taken in ["jose\u{301}@example.org", "JOSÉ@EXAMPLE.ORG"] {
        asks(&ana, taken).await;
    }
    assert!(service.all_mails().await.is_empty());
    asks(&ana, "ana@bücher.example").await;
    assert_eq!(service.mail().await.to, "ana@xn--bcher-kva.example");
}

async fn without_mail_there_is_none(stage: Stage) {
    let service = stage.with("public_url", "https://auth.example.org").start().await;
    let ana = service.someone().await;
    let request = ana.client.post("/change-email", json!({ "newEmail": NEW }));
    request.await.refused("NOT_FOUND");
}
