//! Whose password an account begins with, where addresses must be proven: nobody can plant one.

use super::registrations::{
    ACCOUNTS, ANA, FOURTH_PASSWORD, THIRD_PASSWORD, WAITING, proves, registers, send_form, send_form_with,
    sign_in, start,
};
use crate::{
    client::Answer,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use http::Method;
use serde_json::json;
use std::{future::IntoFuture as _, time::Duration};

scenarios![
    what_somebody_else_has_planted_goes needs Mail,
    a_planted_cookie_keeps_no_password needs Mail,
    a_double_click_has_one_outcome needs Mail,
    a_short_password_of_before_is_kept needs Mail,
    what_strangers_register_leaves_the_owners_code_alone needs Mail Clock,
    a_proof_alone_makes_an_account_without_a_password needs Mail,
    a_scanner_that_presses_the_button_makes_nothing needs Mail,
    the_page_of_the_browser_that_registered_asks_for_nothing needs Mail,
    the_page_elsewhere_asks_for_a_password needs Mail,
    a_password_typed_beside_the_link_is_kept needs Mail,
    wrong_passwords_beside_the_link_are_counted needs Mail,
    the_page_takes_another_password_after_any_number_of_weak_ones needs Mail,
    nobody_else_notices_a_proof needs Mail,
    all_else_that_waits_goes needs Mail,
    an_old_proof_takes_nothing_away needs Mail,
    an_account_of_before_is_proven_too needs Mail,
];

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A stranger has registered with Ana's address before her, and waits for her to press the button.
async fn what_somebody_else_has_planted_goes(stage: Stage) {
    let service = start(stage).await;
    let stranger = service.client();
    registers(&stranger, PASSWORD).await;
    let planted = service.mail().await;
    let browser = service.client();
    registers(&browser, OTHER_PASSWORD).await;
    // Of two links, she presses the stranger's: the browser is hers all the same.
    proves(&browser, json!({ "token": planted.token() })).await.ok();
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
    proves(&stranger, json!({ "token": service.mail().await.token() })).await.refused("TOKEN_INVALID");
}

/// A stranger has registered with her address as often as it goes, and planted the cookie in her browser. Her own registration is dropped.
async fn a_planted_cookie_keeps_no_password(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    for _ in 0..3 {
        registers(&browser, PASSWORD).await;
    }
    let token = service.mail().await.token();
    registers(&browser, OTHER_PASSWORD).await;
    let opened = browser.call(Method::GET, &format!("/verify-email?token={token}")).await;
    assert!(text(&opened).contains("type=\"password\""), "{opened}");
    assert_eq!(send_form_with(&browser, &token, OTHER_PASSWORD, "&choose=new").await.status, 303);
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
}

async fn a_double_click_has_one_outcome(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let token = service.mail().await.token();
    let (one, other) = futures::join!(send_form(&browser, &token, ""), send_form(&browser, &token, ""));
    assert_eq!((one.status, other.status), (303, 303), "{one}\n{other}");
    browser.post("/forgot-password", json!({ "email": ANA })).await.ok();
    let token = service.mail().await.token();
    let resets = || browser.post("/reset-password", json!({ "token": token, "newPassword": OTHER_PASSWORD }));
    let (one, other) = futures::join!(resets().into_future(), resets().into_future());
    assert_eq!((one.status, other.status), (200, 200), "{one}\n{other}");
    assert_eq!(service.number(ACCOUNTS), 1);
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
}

/// Of an import, which has taken passwords that are shorter than ours may be.
async fn a_short_password_of_before_is_kept(stage: Stage) {
    let service = start(stage).await;
    service.someone_proven().await;
    // bcrypt by libxcrypt, of `s3cret`.
    service
        .sql("UPDATE accounts SET password = '$2b$04$mana.auth.tests.salt.uoJx1vou0tct.8/c7MSGDWWw8rlsgSIa'");
    service.sql("UPDATE users SET email_verified = false");
    service.client().post("/resend-verification", json!({ "email": ANA })).await.ok();
    let token = service.mail().await.token();
    assert_eq!(send_form(&service.client(), &token, "wr0ng").await.status, 400);
    assert_eq!(send_form(&service.client(), &token, "s3cret").await.status, 303);
    assert_eq!(sign_in(&service, "s3cret").await, "ok");
}

async fn what_strangers_register_leaves_the_owners_code_alone(stage: Stage) {
    let service = start(stage).await;
    service.someone_proven().await;
    service.sql("UPDATE users SET email_verified = false");
    service.advance(Duration::from_secs(1));
    service.client().post("/resend-verification", json!({ "email": ANA })).await.ok();
    let code = service.mail().await.code();
    service.advance(Duration::from_secs(1));
    registers(&service.client(), OTHER_PASSWORD).await;
    let body = json!({ "email": ANA, "code": code, "password": PASSWORD });
    proves(&service.client(), body).await.ok();
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}

async fn a_proof_alone_makes_an_account_without_a_password(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), PASSWORD).await;
    proves(&service.client(), json!({ "token": service.mail().await.token() })).await.ok();
    assert_eq!(service.number(ACCOUNTS), 1);
    assert_eq!(service.number("SELECT count(*) FROM users WHERE name = ''"), 1);
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let reset = json!({ "token": service.mail().await.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", reset).await.ok();
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
}

async fn a_scanner_that_presses_the_button_makes_nothing(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), PASSWORD).await;
    let (scanner, token) = (service.client(), service.mail().await.token());
    scanner.call(Method::GET, &format!("/verify-email?token={token}")).await;
    assert_eq!(send_form(&scanner, &token, "").await.status, 400);
    assert_eq!((service.number(ACCOUNTS), service.number(WAITING)), (0, 1));
}

async fn the_page_of_the_browser_that_registered_asks_for_nothing(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let token = service.mail().await.token();
    let opened = browser.call(Method::GET, &format!("/verify-email?token={token}")).await;
    assert!(!text(&opened).contains("type=\"password\""), "{opened}");
    for _ in 0..2 {
        let done = send_form(&browser, &token, "").await;
        assert_eq!((done.status, done.header("location")), (303, "/login"), "{done}");
    }
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}

async fn the_page_elsewhere_asks_for_a_password(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), PASSWORD).await;
    let (elsewhere, token) = (service.client(), service.mail().await.token());
    let opened = elsewhere.call(Method::GET, &format!("/verify-email?token={token}")).await;
    assert!(text(&opened).contains("type=\"password\""), "{opened}");
    let asked = send_form(&elsewhere, &token, OTHER_PASSWORD).await;
    assert!(asked.status == 400 && text(&asked).contains("isn’t the password that was chosen"), "{asked}");
    assert_eq!(
        sign_in(&service, PASSWORD).await,
        "EMAIL_NOT_VERIFIED",
        "a slip of the finger changes nothing"
    );
    assert_eq!(send_form_with(&elsewhere, &token, OTHER_PASSWORD, "&choose=new").await.status, 303);
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
}

async fn a_password_typed_beside_the_link_is_kept(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), OTHER_PASSWORD).await;
    registers(&service.client(), PASSWORD).await;
    let token = service.mail().await.token();
    let wrong = json!({ "token": token, "password": THIRD_PASSWORD });
    proves(&service.client(), wrong).await.refused("INVALID_CREDENTIALS");
    proves(&service.client(), json!({ "token": token, "password": PASSWORD })).await.ok();
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(service.number("SELECT count(*) FROM users WHERE name = 'Ana'"), 1);
}

async fn wrong_passwords_beside_the_link_are_counted(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let token = service.mail().await.token();
    let with = |password: &str| json!({ "token": token, "password": password });
    for _ in 0..5 {
        proves(&service.client(), with(OTHER_PASSWORD)).await.refused("INVALID_CREDENTIALS");
    }
    proves(&service.client(), with(PASSWORD)).await.refused("ACCOUNT_LOCKED");
    assert_eq!(service.number(ACCOUNTS), 0);
    let weak = json!({ "token": token, "newPassword": "aaaaaaaaaaaa" });
    proves(&service.client(), weak).await.names("newPassword");
    proves(&browser, json!({ "token": token })).await.ok();
}

/// Weak passwords are compared with the one of before first. They lock nobody out of choosing another.
async fn the_page_takes_another_password_after_any_number_of_weak_ones(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), PASSWORD).await;
    let (elsewhere, token) = (service.client(), service.mail().await.token());
    for _ in 0..6 {
        assert_eq!(send_form(&elsewhere, &token, "aaaaaaaaaaaa").await.status, 400);
    }
    let weak = send_form_with(&elsewhere, &token, "aaaaaaaaaaaa", "&choose=new").await;
    assert!(weak.status == 400 && text(&weak).contains("value=\"new\""), "{weak}");
    assert_eq!(send_form_with(&elsewhere, &token, OTHER_PASSWORD, "&choose=new").await.status, 303);
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "ok");
}

/// A stranger has registered the address too. Neither sign-ins nor further registrations tell them when its owner proves it.
async fn nobody_else_notices_a_proof(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), OTHER_PASSWORD).await;
    service.mail().await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let mail = service.mail().await;
    let noticed = async || {
        let planted = sign_in(&service, OTHER_PASSWORD).await;
        (planted, sign_in(&service, THIRD_PASSWORD).await, service.number(WAITING))
    };
    let before = noticed().await;
    assert_eq!(before, ("EMAIL_NOT_VERIFIED".into(), "INVALID_CREDENTIALS".into(), 2));
    proves(&browser, json!({ "token": mail.token() })).await.ok();
    assert_eq!(noticed().await, before);
    for password in [THIRD_PASSWORD, FOURTH_PASSWORD] {
        registers(&service.client(), password).await;
    }
    assert_eq!(sign_in(&service, THIRD_PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, FOURTH_PASSWORD).await, "INVALID_CREDENTIALS");
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}

async fn all_else_that_waits_goes(stage: Stage) {
    let service = start(stage).await;
    let (first, second) = (service.client(), service.client());
    registers(&first, PASSWORD).await;
    let of_first = service.mail().await.token();
    registers(&second, OTHER_PASSWORD).await;
    let of_second = service.mail().await.token();
    proves(&first, json!({ "token": of_first })).await.ok();
    proves(&second, json!({ "token": of_second })).await.refused("TOKEN_INVALID");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "EMAIL_NOT_VERIFIED");
}

/// Two proofs were mailed. Once one has been used, whoever finds the other can do nothing with it.
async fn an_old_proof_takes_nothing_away(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let first = service.mail().await.token();
    service.client().post("/resend-verification", json!({ "email": ANA })).await.ok();
    proves(&browser, json!({ "token": service.mail().await.token() })).await.ok();
    let ana = service.sign_in(ANA).await;
    for body in [json!({ "token": first }), json!({ "token": first, "newPassword": OTHER_PASSWORD })] {
        proves(&service.client(), body).await.refused("TOKEN_INVALID");
    }
    assert!(ana.is_signed_in().await);
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}

async fn an_account_of_before_is_proven_too(stage: Stage) {
    let service = start(stage).await;
    let ana = service.someone_proven().await;
    service.sql("UPDATE users SET email_verified = false");
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "INVALID_CREDENTIALS");
    // Who is signed in stays so.
    ana.client.get("/session").await.ok();
    service.client().post("/resend-verification", json!({ "email": ANA })).await.ok();
    let body = json!({ "token": service.mail().await.token(), "password": PASSWORD });
    proves(&service.client(), body).await.ok();
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}
