//! `POST /magic-link`: signing in by mail, in the browser that asked.

use crate::{
    client::{Answer, Client},
    jwt::Jwt,
    scenarios,
    service::{PASSWORD, PUBLIC_URL, Service, Stage, TRUSTED, UNTRUSTED},
    shape,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    the_browser_that_asked_is_signed_in needs Mail,
    by_the_code_too needs Mail,
    it_may_last needs Mail,
    another_browser_is_signed_in_nowhere needs Mail,
    a_forwarded_link_signs_nobody_in needs Mail,
    the_page_signs_in_by_its_button needs Mail,
    a_scanner_signs_nobody_in needs Mail,
    asking_again_leaves_what_was_asked_for_before needs Mail,
    asking_for_another_address_ends_earlier_codes needs Mail,
    it_is_good_once needs Mail,
    it_is_good_for_a_quarter_of_an_hour needs Mail Clock,
    nobody_is_mailed_who_has_no_account needs Mail,
    strangers_can_not_have_many_mails_sent needs Mail,
    a_code_has_five_attempts needs Mail,
    a_change_of_the_account_ends_it needs Mail,
    who_is_banned_does_not_come_in needs Mail,
    what_was_planted_before_ends needs Mail,
    it_opens_what_a_password_can_not_while_it_is_locked needs Mail,
    a_foreign_page_asks_for_none needs Mail,
    the_session_that_it_came_with_ends needs Mail,
    without_mail_there_is_none,
];

const ANA: &str = "ana@example.org";

/// Ana has an account, and has proven her address.
async fn registered(service: &Service) {
    service.register(ANA).await;
    service.sql("UPDATE users SET email_verified = true");
}

async fn asks(client: &Client, email: &str) -> Answer {
    let answer = client.post("/magic-link", json!({ "email": email })).await;
    answer.ok();
    answer
}

async fn uses(client: &Client, body: Value) -> Answer {
    client.post("/magic-link/verify", body).await
}

async fn the_browser_that_asked_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    let asked = asks(&browser, ANA).await;
    let cookie = asked.cookies().into_iter().find(|cookie| cookie.name.ends_with("mana_challenge"));
    let cookie = cookie.expect("a challenge cookie");
    for attribute in ["httponly", "samesite=lax", "path=/"] {
        assert!(cookie.attributes.iter().any(|of| of == attribute), "{cookie:?}");
    }
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Sign in to mana-auth"));
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/magic-link?token=")), "{}", mail.link());
    let answer = uses(&browser, json!({ "token": mail.token() })).await.ok();
    shape::signed_in(&answer);
    let claims = Jwt::parse(&shape::text(&answer["accessToken"])).claims;
    assert_eq!(claims["amr"], json!(["email"]));
    assert_eq!(browser.get("/session").await.ok()["user"]["email"], ANA);
    service.sign_in(ANA).await;
}

async fn by_the_code_too(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let code = service.mail().await.code();
    uses(&service.client(), json!({ "code": code })).await.refused("TOKEN_INVALID");
    uses(&browser, json!({ "code": "000000" })).await.refused("TOKEN_INVALID");
    uses(&browser, json!({ "code": code.replace(' ', "") })).await.ok();
    browser.get("/session").await.ok();
    uses(&browser, json!({})).await.names("token");
}

async fn it_may_last(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    browser.post("/magic-link", json!({ "email": ANA, "rememberMe": true })).await.ok();
    uses(&browser, json!({ "token": service.mail().await.token() })).await.ok();
    assert_eq!(browser.get("/session").await.ok()["session"]["rememberMe"], true);
}

/// Somebody asks for Ana, and waits for her to open the link.
async fn another_browser_is_signed_in_nowhere(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let thief = service.client();
    asks(&thief, ANA).await;
    let mail = service.mail().await;
    let anas = service.client();
    let opened = anas.call(Method::GET, &format!("/magic-link?token={}", mail.token())).await;
    let page = String::from_utf8_lossy(&opened.body).into_owned();
    assert!(opened.status == 200 && page.contains("ype the code") && !page.contains("<form"), "{page}");
    assert!(!page.contains(&mail.code()), "{page}");
    uses(&anas, json!({ "token": mail.token() })).await.refused("TOKEN_INVALID");
    thief.get("/session").await.refused("UNAUTHENTICATED");
    // Another browser that has a challenge cookie of its own is another all the same.
    asks(&anas, "nobody@example.org").await;
    uses(&anas, json!({ "token": mail.token() })).await.refused("TOKEN_INVALID");
    let pressed = press(&anas, &mail.token()).await;
    assert!(pressed.status == 400, "{pressed}");
    anas.get("/session").await.refused("UNAUTHENTICATED");
}

/// Ana asks, and the mail falls into somebody else's hands.
async fn a_forwarded_link_signs_nobody_in(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let mail = service.mail().await;
    let thief = service.client();
    asks(&thief, "eve@example.org").await;
    for body in [json!({ "token": mail.token() }), json!({ "code": mail.code() })] {
        uses(&thief, body).await.refused("TOKEN_INVALID");
    }
    uses(&browser, json!({ "token": mail.token() })).await.ok();
}

async fn press(browser: &Client, token: &str) -> Answer {
    let form = browser.call(Method::POST, "/magic-link");
    form.body("application/x-www-form-urlencoded", format!("token={token}")).await
}

async fn the_page_signs_in_by_its_button(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let token = service.mail().await.token();
    let opened = browser.call(Method::GET, &format!("/magic-link?token={token}")).await;
    assert!(String::from_utf8_lossy(&opened.body).contains("action=\"/magic-link\""), "{opened}");
    let done = press(&browser, &token).await;
    assert_eq!((done.status, done.header("location")), (303, "/account"), "{done}");
    let session = browser.get("/session").await.ok()["session"]["id"].clone();
    // Pressed again, it says the same, and opens no other session.
    let again = press(&browser, &token).await;
    assert!(again.status == 303 && again.cookies().is_empty(), "{again}");
    assert_eq!(browser.get("/session").await.ok()["session"]["id"], session);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    let foreign = browser.call(Method::POST, "/magic-link").origin(UNTRUSTED);
    let foreign = foreign.body("application/x-www-form-urlencoded", format!("token={token}")).await;
    assert_eq!(foreign.status, 403, "{foreign}");
}

/// It opens the link, runs what stands there, and presses the button: without the cookie of the browser that asked.
async fn a_scanner_signs_nobody_in(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let token = service.mail().await.token();
    let scanner = service.client();
    for method in [Method::HEAD, Method::GET, Method::GET] {
        scanner.call(method, &format!("/magic-link?token={token}")).status().await;
    }
    assert_eq!(press(&scanner, &token).await.status, 400);
    uses(&browser, json!({ "token": token })).await.ok();
}

/// Also where too many were asked for, and the last mail was dropped.
async fn asking_again_leaves_what_was_asked_for_before(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let first = service.mail().await;
    asks(&browser, ANA).await;
    let second = service.mail().await;
    for _ in 0..3 {
        asks(&browser, ANA).await;
    }
    assert!(service.all_mails().await.is_empty());
    // Of codes, only the newest is good.
    uses(&browser, json!({ "code": first.code() })).await.refused("TOKEN_INVALID");
    uses(&browser, json!({ "token": first.token() })).await.ok();
    uses(&browser, json!({ "code": second.code() })).await.ok();
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

/// Whether the later mail was sent or not: an earlier code must not tell how many somebody else has asked for.
async fn asking_for_another_address_ends_earlier_codes(stage: Stage) {
    for others_ask in [0, 2] {
        let service = stage.clone().start().await;
        registered(&service).await;
        service.register("eve@example.org").await;
        for _ in 0..others_ask {
            asks(&service.client(), ANA).await;
            service.mail().await;
        }
        let eve = service.client();
        asks(&eve, "eve@example.org").await;
        let code = service.mail().await.code();
        asks(&eve, ANA).await;
        uses(&eve, json!({ "code": code })).await.refused("TOKEN_INVALID");
    }
}

async fn it_is_good_once(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let body = json!({ "token": service.mail().await.token() });
    let (one, other) = futures::join!(uses(&browser, body.clone()), uses(&browser, body.clone()));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    uses(&browser, body).await.refused("TOKEN_INVALID");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn it_is_good_for_a_quarter_of_an_hour(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let mail = service.mail().await;
    service.advance(Duration::from_secs(900));
    for body in [json!({ "token": mail.token() }), json!({ "code": mail.code() })] {
        uses(&browser, body).await.refused("TOKEN_INVALID");
    }
}

async fn nobody_is_mailed_who_has_no_account(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let (known, unknown) = (service.client(), service.client());
    let told = asks(&known, ANA).await.json();
    assert_eq!(asks(&unknown, "bob@example.org").await.json(), told);
    assert!(unknown.cookie("mana_challenge").is_some(), "as any other");
    let mails = service.all_mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANA]);
    uses(&unknown, json!({ "code": mails[0].code() })).await.refused("TOKEN_INVALID");
}

async fn strangers_can_not_have_many_mails_sent(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    for _ in 0..5 {
        asks(&service.client(), ANA).await;
    }
    assert_eq!(service.all_mails().await.len(), 2);
    // Each kind has its own.
    service.client().post("/forgot-password", json!({ "email": ANA })).await.ok();
    assert_eq!(service.all_mails().await.len(), 1);
}

async fn a_code_has_five_attempts(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let browser = service.client();
    asks(&browser, ANA).await;
    let mail = service.mail().await;
    for n in 0..6 {
        uses(&browser, json!({ "code": format!("00000{n}") })).await.refused("TOKEN_INVALID");
    }
    uses(&browser, json!({ "code": mail.code() })).await.refused("TOKEN_INVALID");
    uses(&browser, json!({ "token": mail.token() })).await.ok();
}

async fn a_change_of_the_account_ends_it(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let changes = ["UPDATE users SET email = 'ana@elsewhere.example'", "UPDATE accounts SET password = NULL"];
    for change in changes {
        let browser = service.client();
        asks(&browser, ANA).await;
        let mail = service.mail().await;
        service.sql(change);
        uses(&browser, json!({ "token": mail.token() })).await.refused("TOKEN_INVALID");
        service.sql("UPDATE users SET email = 'ana@example.org'");
    }
}

async fn who_is_banned_does_not_come_in(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    service.sql("UPDATE users SET banned = true");
    let browser = service.client();
    asks(&browser, ANA).await;
    let token = service.mail().await.token();
    uses(&browser, json!({ "token": token })).await.refused("ACCOUNT_BANNED");
    service.sql("UPDATE users SET banned = false");
    uses(&browser, json!({ "token": token })).await.refused("TOKEN_INVALID");
}

/// Somebody has registered with Ana's address before her, knows the password, and is signed in.
async fn what_was_planted_before_ends(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let thief = service.sign_in(ANA).await;
    thief.client.post("/magic-link", json!({ "email": ANA })).await.ok();
    let thiefs = service.mail().await;
    let browser = service.client();
    asks(&browser, ANA).await;
    uses(&browser, json!({ "token": service.mail().await.token() })).await.ok();
    assert_eq!(browser.get("/session").await.ok()["user"]["emailVerified"], true);
    assert!(thief.is_signed_out().await);
    let login = service.client().post("/login", json!({ "email": ANA, "password": PASSWORD })).await;
    login.refused("INVALID_CREDENTIALS");
    let activity = browser.call(Method::GET, "/account/activity").await;
    assert!(String::from_utf8_lossy(&activity.body).contains("no longer works"), "{activity}");
    uses(&thief.client, json!({ "token": thiefs.token() })).await.refused("TOKEN_INVALID");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    assert_eq!(service.number("SELECT count(*) FROM devices"), 1);
}

async fn it_opens_what_a_password_can_not_while_it_is_locked(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    for _ in 0..5 {
        let wrong = json!({ "email": ANA, "password": "nine badgers compose a waltz" });
        service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    }
    service.all_mails().await;
    let browser = service.client();
    asks(&browser, ANA).await;
    uses(&browser, json!({ "token": service.mail().await.token() })).await.ok();
}

async fn a_foreign_page_asks_for_none(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let page = service.client();
    let asked = page.post("/magic-link", json!({ "email": ANA })).origin(UNTRUSTED).await;
    asked.refused("FORBIDDEN");
    page.post("/magic-link", json!({ "email": ANA, "redirectTo": format!("{TRUSTED}/in") })).await.ok();
    let mail = service.mail().await;
    assert!(mail.link().starts_with(&format!("{TRUSTED}/in?token=")), "{}", mail.link());
    let used = page.post("/magic-link/verify", json!({ "token": mail.token() })).origin(UNTRUSTED).await;
    used.refused("FORBIDDEN");
    page.post("/magic-link/verify", json!({ "token": mail.token() })).origin(TRUSTED).await.ok();
}

async fn the_session_that_it_came_with_ends(stage: Stage) {
    let service = stage.start().await;
    registered(&service).await;
    let ana = service.sign_in(ANA).await;
    let (name, old) = ana.client.session_cookie();
    asks(&ana.client, ANA).await;
    uses(&ana.client, json!({ "token": service.mail().await.token() })).await.ok();
    let before = service.client();
    before.set_cookie(&name, &old);
    before.get("/session").await.refused("UNAUTHENTICATED");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn without_mail_there_is_none(stage: Stage) {
    let service = stage.with("public_url", "https://auth.example.org").start().await;
    service.client().post("/magic-link", json!({ "email": ANA })).await.refused("NOT_FOUND");
}
