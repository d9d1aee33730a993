//! `require_email_verification`: there is no account before its address is proven, and nobody can plant one.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Service, Stage, TRUSTED},
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    there_is_no_account_before_the_proof needs Mail,
    a_known_address_is_answered_alike needs Mail,
    the_owner_of_an_account_is_told_and_keeps_what_they_asked_for needs Mail,
    limits_do_not_tell_who_has_an_account needs Mail,
    registrations_at_one_moment_have_one_salt needs Mail,
    a_code_does_it_too needs Mail,
    a_fourth_is_dropped needs Mail,
    it_waits_for_a_day needs Mail Clock,
    it_can_be_asked_for_again needs Mail,
    all_passwords_of_an_address_have_one_salt needs Mail,
    an_imported_hash_is_compared_beside_them needs Mail,
    the_page_leads_to_the_app needs Mail,
    an_address_that_got_an_account_meanwhile_gets_no_other needs Mail,
    it_needs_mail needs Start,
];

pub const ANA: &str = "ana@example.org";
pub const THIRD_PASSWORD: &str = "four cranes bake rye at noon";
pub const FOURTH_PASSWORD: &str = "eleven herons mend a roof";
/// bcrypt by libxcrypt, of [`PASSWORD`].
const OF_PASSWORD: &str = "$2b$04$mana.auth.tests.salt.u.O2CqthPapuNtn0proQ0lDpFkRna.hq";
/// How many accounts there are.
pub const ACCOUNTS: &str = "SELECT count(*) FROM users";
pub const WAITING: &str = "SELECT count(*) FROM registrations";

pub async fn start(stage: Stage) -> Service {
    stage.with("require_email_verification", "true").start().await
}

fn body(password: &str) -> Value {
    json!({ "email": ANA, "password": password, "name": "Ana" })
}

pub async fn registers(client: &Client, password: &str) -> Value {
    client.post("/register", body(password)).await.is(201)["user"].clone()
}

pub async fn proves(client: &Client, body: Value) -> Answer {
    client.post("/verify-email", body).await
}

/// What becomes of a sign-in: `ok`, or the code of the refusal.
pub async fn sign_in(service: &Service, password: &str) -> String {
    let answer = service.client().post("/login", json!({ "email": ANA, "password": password })).await;
    match answer.status {
        200 => "ok".into(),
        _ => answer.json()["error"].as_str().expect("a code").to_owned(),
    }
}

pub async fn send_form(client: &Client, token: &str, password: &str) -> Answer {
    send_form_with(client, token, password, "").await
}

pub async fn send_form_with(client: &Client, token: &str, password: &str, more: &str) -> Answer {
    let form = client.call(Method::POST, "/verify-email");
    let body = format!("token={token}&password={}{more}", password.replace(' ', "+"));
    form.body("application/x-www-form-urlencoded", body).await
}

async fn there_is_no_account_before_the_proof(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    let user = registers(&browser, PASSWORD).await;
    assert_eq!((&user["emailVerified"], &user["name"]), (&json!(false), &json!("Ana")));
    assert_eq!((service.number(ACCOUNTS), service.number(WAITING)), (0, 1));
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "INVALID_CREDENTIALS");
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Confirm your address for mana-auth"));
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/verify-email?token=")), "{}", mail.link());
    for _ in 0..2 {
        // A repetition shows the same outcome.
        proves(&browser, json!({ "token": mail.token() })).await.ok();
    }
    assert_eq!((service.number(ACCOUNTS), service.number(WAITING)), (1, 1));
    let signed_in = service.sign_in(ANA).await.client.get("/session").await.ok()["user"].clone();
    assert_eq!((&signed_in["emailVerified"], &signed_in["name"]), (&json!(true), &json!("Ana")));
    assert_eq!(signed_in["id"], user["id"]);
    for (kind, count) in [("registration_request", 1), ("account_created", 1), ("email_verified", 1)] {
        let events = format!("SELECT count(*) FROM security_events WHERE event_type = '{kind}'");
        assert_eq!(service.number(&events), count, "{kind}");
    }
}

async fn a_known_address_is_answered_alike(stage: Stage) {
    let service = start(stage).await;
    let ana = service.someone_proven().await;
    let known = service.client().post("/register", body(OTHER_PASSWORD)).await;
    let other = json!({ "email": "bob@example.org", "password": OTHER_PASSWORD, "name": "Ana" });
    let unknown = service.client().post("/register", other).await;
    let shape = |answer: &Answer| {
        let mut user = answer.is(201)["user"].clone();
        let mut told: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        told.sort();
        for member in ["id", "createdAt", "updatedAt", "email"] {
            assert!(user.as_object_mut().expect("an object").remove(member).is_some(), "{member}");
        }
        (user, told)
    };
    assert_eq!(shape(&known), shape(&unknown));
    assert_ne!(known.is(201)["user"]["id"], ana.user["id"]);
    let mails = service.all_mails().await;
    let subject = |to: &str| mails.iter().find(|mail| mail.to == to).map(|mail| mail.subject.as_str());
    assert_eq!(subject(ANA), Some("You have an account at mana-auth"));
    assert!(mails.len() == 2 && subject("bob@example.org").is_some());
    // Whoever knows what waits hears the same of both, and the owner notices nothing.
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, THIRD_PASSWORD).await, "INVALID_CREDENTIALS");
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
    assert!(ana.is_signed_in().await);
}

/// What strangers cause uses up none of the owner's limits, ends no code of theirs, and is good for nothing.
async fn the_owner_of_an_account_is_told_and_keeps_what_they_asked_for(stage: Stage) {
    let service = start(stage).await;
    service.someone_proven().await;
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let code = service.mail().await.code();
    for _ in 0..2 {
        registers(&service.client(), OTHER_PASSWORD).await;
        let mail = service.mail().await;
        assert_eq!(mail.subject, "You have an account at mana-auth");
        assert_eq!(mail.link(), PUBLIC_URL);
    }
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    let newer = service.mail().await.code();
    let reset = |code: &str| json!({ "email": ANA, "code": code, "newPassword": THIRD_PASSWORD });
    service.client().post("/reset-password", reset(&code)).await.refused("TOKEN_INVALID");
    service.client().post("/reset-password", reset(&newer)).await.ok();
    assert_eq!(sign_in(&service, THIRD_PASSWORD).await, "ok");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "EMAIL_NOT_VERIFIED");
}

/// The mails that a registration causes are counted alike, whatever they say: what else is mailed to the address does not tell.
async fn limits_do_not_tell_who_has_an_account(stage: Stage) {
    let service = start(stage).await;
    service.someone_proven().await;
    for email in [ANA, "bob@example.org"] {
        for _ in 0..2 {
            let registration = json!({ "email": email, "password": OTHER_PASSWORD });
            service.client().post("/register", registration).await.is(201);
        }
        service.sql("DELETE FROM challenges WHERE purpose IN ('password_reset', 'verification')");
        for route in ["/forgot-password", "/resend-verification"] {
            for _ in 0..2 {
                service.client().post(route, json!({ "email": email })).await.ok();
            }
        }
        for purpose in ["password_reset", "verification"] {
            let rows = format!("SELECT count(*) FROM challenges WHERE purpose = '{purpose}'");
            assert_eq!(service.number(&rows), 2, "{email}: {purpose}");
        }
    }
}

async fn registrations_at_one_moment_have_one_salt(stage: Stage) {
    let service = start(stage).await;
    let clients: Vec<_> = (0..3).map(|_| service.client()).collect();
    let passwords = [PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD];
    let registered = clients.iter().zip(passwords).map(|(client, password)| registers(client, password));
    futures::future::join_all(registered).await;
    assert_eq!(service.number(WAITING), 3);
    assert_eq!(service.number("SELECT count(DISTINCT substr(password, 1, 53)) FROM registrations"), 1);
}

async fn a_code_does_it_too(stage: Stage) {
    let service = start(stage).await;
    registers(&service.client(), PASSWORD).await;
    let code = service.mail().await.code();
    let with = |code: &str| json!({ "email": ANA, "code": code, "password": PASSWORD });
    proves(&service.client(), with("000000")).await.refused("TOKEN_INVALID");
    proves(&service.client(), with(&code)).await.ok();
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
}

async fn a_fourth_is_dropped(stage: Stage) {
    let service = start(stage).await;
    for password in [PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD, FOURTH_PASSWORD] {
        registers(&service.client(), password).await;
    }
    assert_eq!(service.all_mails().await.len(), 3);
    assert_eq!(service.number(WAITING), 3);
    assert_eq!(sign_in(&service, FOURTH_PASSWORD).await, "INVALID_CREDENTIALS");
    for password in [PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD] {
        assert_eq!(sign_in(&service, password).await, "EMAIL_NOT_VERIFIED", "{password}");
    }
}

async fn it_waits_for_a_day(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let token = service.mail().await.token();
    service.advance(Duration::from_secs(86_400));
    assert_eq!(sign_in(&service, PASSWORD).await, "INVALID_CREDENTIALS");
    proves(&browser, json!({ "token": token })).await.refused("TOKEN_INVALID");
    service.advance(Duration::from_secs(1));
    service.tick().await;
    assert_eq!(service.number(WAITING), 0);
    registers(&browser, PASSWORD).await;
    proves(&browser, json!({ "token": service.mail().await.token() })).await.ok();
}

async fn it_can_be_asked_for_again(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let first = service.mail().await.token();
    for email in [ANA, "nobody@example.org"] {
        service.client().post("/resend-verification", json!({ "email": email })).await.ok();
    }
    let again: Vec<_> = service.all_mails().await;
    assert_eq!(again.len(), 1);
    proves(&browser, json!({ "token": again[0].token() })).await.ok();
    proves(&browser, json!({ "token": first })).await.refused("TOKEN_INVALID");
    assert_eq!(sign_in(&service, PASSWORD).await, "ok");
    // Nothing is left to be proven.
    service.client().post("/resend-verification", json!({ "email": ANA })).await.ok();
    assert!(service.all_mails().await.is_empty());
}

/// So that comparing with all of them takes as long as with one, and tells nobody how many there are.
async fn all_passwords_of_an_address_have_one_salt(stage: Stage) {
    let service = start(stage).await;
    let ana = service.someone_proven().await;
    registers(&service.client(), OTHER_PASSWORD).await;
    registers(&service.client(), THIRD_PASSWORD).await;
    const SALTS: &str = "SELECT count(DISTINCT substr(password, 1, 53)) FROM
        (SELECT password FROM registrations UNION ALL SELECT password FROM accounts) AS known";
    const HASHES: &str = "SELECT count(DISTINCT password) FROM
        (SELECT password FROM registrations UNION ALL SELECT password FROM accounts) AS known";
    assert_eq!((service.number(SALTS), service.number(HASHES)), (1, 3));
    let change = json!({ "currentPassword": PASSWORD, "newPassword": FOURTH_PASSWORD });
    ana.client.post("/change-password", change).await.ok();
    assert_eq!((service.number(SALTS), service.number(HASHES)), (1, 4));
    assert_eq!(sign_in(&service, FOURTH_PASSWORD).await, "ok");
    for waits in [OTHER_PASSWORD, THIRD_PASSWORD] {
        assert_eq!(sign_in(&service, waits).await, "EMAIL_NOT_VERIFIED");
    }
}

async fn an_imported_hash_is_compared_beside_them(stage: Stage) {
    let service = start(stage).await;
    service.someone_proven().await;
    service.sql(&format!("UPDATE accounts SET password = '{OF_PASSWORD}'"));
    registers(&service.client(), OTHER_PASSWORD).await;
    // Nobody else is signed in by it, or told that it is somebody's.
    let bob = |password: &str| json!({ "email": "bob@example.org", "password": password });
    service.client().post("/register", bob(THIRD_PASSWORD)).await.is(201);
    for email in ["bob@example.org", "nobody@example.org"] {
        let with_hers = json!({ "email": email, "password": PASSWORD });
        service.client().post("/login", with_hers).await.refused("INVALID_CREDENTIALS");
    }
    service.client().post("/login", bob(THIRD_PASSWORD)).await.refused("EMAIL_NOT_VERIFIED");
    assert_eq!(sign_in(&service, OTHER_PASSWORD).await, "EMAIL_NOT_VERIFIED");
    for _ in 0..2 {
        assert_eq!(sign_in(&service, PASSWORD).await, "ok");
    }
    assert_eq!(service.number("SELECT count(*) FROM accounts WHERE password LIKE '$argon2id$%'"), 1);
}

async fn the_page_leads_to_the_app(stage: Stage) {
    let service = start(stage).await;
    let (browser, page) = (service.client(), format!("{TRUSTED}/welcome"));
    let mut registration = body(PASSWORD);
    registration["sourceAppUrl"] = json!("https://evil.example/");
    browser.post("/register", registration.clone()).await.names("sourceAppUrl");
    registration["sourceAppUrl"] = json!(page);
    browser.post("/register", registration).await.is(201);
    let token = service.mail().await.token();
    for _ in 0..2 {
        // A repetition shows the same outcome.
        let done = send_form(&browser, &token, "").await;
        assert_eq!((done.status, done.header("location")), (303, page.as_str()));
    }
    assert_eq!(proves(&browser, json!({ "token": token })).await.ok()["sourceAppUrl"], page);
}

async fn an_address_that_got_an_account_meanwhile_gets_no_other(stage: Stage) {
    let service = start(stage).await;
    let browser = service.client();
    registers(&browser, PASSWORD).await;
    let token = service.mail().await.token();
    service.sql(&format!(
        "INSERT INTO users (id, email, name, role, created_at, updated_at) VALUES ('other', '{ANA}', '', 'user', 1, 1)"
    ));
    proves(&browser, json!({ "token": token })).await.refused("TOKEN_INVALID");
    assert_eq!(service.number(ACCOUNTS), 1);
    assert_eq!(sign_in(&service, PASSWORD).await, "EMAIL_NOT_VERIFIED");
}

async fn it_needs_mail(stage: Stage) {
    let mut service = stage.with("public_url", "https://auth.example.org").start().await;
    let refused = service.restart_fails_with("require_email_verification", "true").await;
    assert!(refused.contains("require_email_verification"), "{refused}");
}
