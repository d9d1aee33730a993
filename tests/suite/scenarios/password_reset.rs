//! `POST /forgot-password`, `POST /reset-password`, and the page that the mail leads to.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Service, Stage},
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    a_link_leads_to_a_new_password needs Mail,
    a_code_does_too needs Mail,
    the_page_does_it_without_script needs Mail,
    everyone_is_signed_out needs Mail,
    nobody_is_mailed_who_has_no_account needs Mail,
    a_link_is_good_once needs Mail,
    a_link_is_good_for_an_hour needs Mail Clock,
    of_two_resets_at_once_one_succeeds needs Mail,
    a_refused_password_spends_nothing needs Mail,
    a_get_spends_nothing needs Mail,
    a_repetition_of_the_same_browser_sees_the_same needs Mail,
    a_change_of_the_account_ends_it needs Mail,
    a_token_of_another_purpose_is_none needs Mail,
    it_proves_the_address needs Mail,
    it_lifts_the_lock needs Mail,
    a_lost_account_needs_no_password_to_begin_with needs Mail,
    what_is_missing_is_named,
    is_written_to_the_audit_log needs Mail,
];

pub const ANA: &str = "ana@example.org";
const THIRD_PASSWORD: &str = "eleven herons mend a roof";

pub async fn forgot(client: &Client, email: &str) -> Value {
    client.post("/forgot-password", json!({ "email": email })).await.ok()
}

pub async fn reset(client: &Client, token: &str, password: &str) -> Answer {
    client.post("/reset-password", json!({ "token": token, "newPassword": password })).await
}

pub async fn reset_by_code(client: &Client, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "code": code, "newPassword": OTHER_PASSWORD });
    client.post("/reset-password", body).await
}

/// The token of a mail that Ana has asked for.
async fn mailed(service: &Service) -> String {
    forgot(&service.client(), ANA).await;
    service.mail().await.token()
}

pub async fn may_sign_in(service: &Service, password: &str) -> bool {
    let answer = service.client().post("/login", json!({ "email": ANA, "password": password })).await;
    if answer.status != 200 {
        answer.refused("INVALID_CREDENTIALS");
    }
    answer.status == 200
}

async fn a_link_leads_to_a_new_password(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let mail = service.mail().await;
    assert_eq!(mail.to, ANA);
    assert_eq!(mail.from, "mana-auth <no-reply@localhost>");
    assert!(mail.raw.contains("Auto-Submitted: auto-generated\r\n"), "{}", mail.raw);
    assert!(!mail.raw.contains("List-Unsubscribe"), "{}", mail.raw);
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/reset-password?token=")), "{}", mail.link());
    assert!(mail.html.contains(&format!("href=\"{}\"", mail.link())), "{}", mail.html);
    let answer = reset(&service.client(), &mail.token(), OTHER_PASSWORD).await;
    assert_eq!(answer.ok(), json!({ "success": true }));
    assert!(answer.cookies().is_empty(), "nobody is signed in: {answer}");
    assert!(!may_sign_in(&service, PASSWORD).await);
    assert!(may_sign_in(&service, OTHER_PASSWORD).await);
}

async fn a_code_does_too(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let typed = format!(" {} ", service.mail().await.code().to_lowercase().replace('-', " "));
    reset_by_code(&service.client(), "Ana@Example.org", &typed).await.ok();
    assert!(may_sign_in(&service, OTHER_PASSWORD).await);
}

/// What a browser does: opens the link, and sends the form that stands there.
async fn form(client: &Client, token: &str, password: &str) -> Answer {
    let opened = client.call(Method::GET, &format!("/reset-password?token={token}")).await;
    assert_eq!(opened.status, 200, "{opened}");
    let page = String::from_utf8(opened.body.clone()).expect("a page");
    assert!(page.contains(&format!("name=\"token\" value=\"{token}\"")), "{page}");
    assert!(page.contains("method=\"post\" action=\"/reset-password\""), "{page}");
    send_form(client, token, password).await
}

async fn send_form(client: &Client, token: &str, password: &str) -> Answer {
    let body = format!("token={token}&newPassword={}", password.replace(' ', "+"));
    client.call(Method::POST, "/reset-password").body("application/x-www-form-urlencoded", body).await
}

async fn the_page_does_it_without_script(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    let client = service.client();
    for (weak, why) in [("short", "at least 12 characters"), ("aaaaaaaaaaaa", "too easy to guess")] {
        let refused = form(&client, &token, weak).await;
        let page = String::from_utf8_lossy(&refused.body).into_owned();
        assert!(refused.status == 400 && page.contains(why) && page.contains("name=\"token\""), "{page}");
    }
    let done = form(&client, &token, OTHER_PASSWORD).await;
    assert_eq!((done.status, done.header("location")), (303, "/login"), "{done}");
    assert!(may_sign_in(&service, OTHER_PASSWORD).await);
    let again = form(&service.client(), &token, THIRD_PASSWORD).await;
    assert!(
        again.status == 400 && String::from_utf8_lossy(&again.body).contains("This link no longer works")
    );
    // What an address brings is shown as text.
    let evil =
        client.call(Method::GET, "/reset-password?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!String::from_utf8_lossy(&evil.body).contains("<script"));
}

async fn everyone_is_signed_out(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in(ANA).await;
    service.all_mails().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let token = mailed(&service).await;
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
    assert!(ana.is_signed_out().await && other.is_signed_out().await);
    assert!(bob.is_signed_in().await);
    // Whoever knew the password before has no known device left, either.
    assert_eq!(service.number("SELECT count(*) FROM devices d JOIN users u ON u.id = d.user_id WHERE u.email = 'ana@example.org'"), 0);
    let notice = service.mail().await;
    assert!(notice.subject.contains("was changed"), "{}", notice.subject);
}

async fn nobody_is_mailed_who_has_no_account(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let known = forgot(&service.client(), ANA).await;
    assert_eq!(forgot(&service.client(), "bob@example.org").await, known);
    let mails = service.all_mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANA]);
    // Neither row tells whose account there is.
    assert_eq!(service.number("SELECT count(*) FROM challenges"), 2);
    assert_eq!(service.number("SELECT count(*) FROM challenges WHERE length(user_id) = 36"), 2);
    // Whoever registers afterwards gets nothing of it.
    service.register("bob@example.org").await;
    assert_eq!(service.number("SELECT count(*) FROM challenges c JOIN users u ON u.id = c.user_id"), 1);
}

async fn a_link_is_good_once(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
    reset(&service.client(), &token, THIRD_PASSWORD).await.refused("TOKEN_INVALID");
    assert!(may_sign_in(&service, OTHER_PASSWORD).await);
}

async fn a_link_is_good_for_an_hour(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let first = mailed(&service).await;
    service.advance(Duration::from_secs(3599));
    let second = mailed(&service).await;
    service.advance(Duration::from_secs(1));
    reset(&service.client(), &first, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
    // A clock that was put back gives nobody more time.
    service.sql("UPDATE challenges SET expires_at = expires_at + 86400000");
    reset(&service.client(), &second, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
}

async fn of_two_resets_at_once_one_succeeds(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let (first, second) = (mailed(&service).await, mailed(&service).await);
    let (one, other) = (service.client(), service.client());
    let same = futures::join!(reset(&one, &first, OTHER_PASSWORD), reset(&other, &first, THIRD_PASSWORD));
    let statuses = [same.0.status, same.1.status];
    assert!(statuses == [200, 400] || statuses == [400, 200], "{statuses:?}");
    // The one that was asked for beside it is of the old credentials.
    reset(&one, &second, "thirteen newts row ashore").await.refused("TOKEN_INVALID");
}

async fn a_refused_password_spends_nothing(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let mail = service.mail().await;
    let client = service.client();
    for weak in ["short", "aaaaaaaaaaaa", ANA] {
        reset(&client, &mail.token(), weak).await.names("newPassword");
        for _ in 0..3 {
            let body = json!({ "email": ANA, "code": mail.code(), "newPassword": weak });
            client.post("/reset-password", body).await.names("newPassword");
        }
    }
    reset_by_code(&client, ANA, &mail.code()).await.ok();
}

async fn a_get_spends_nothing(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        service.client().call(method.clone(), &format!("/reset-password?token={token}")).status().await;
        let api =
            format!("/api/v1/auth/reset-password?token={token}&newPassword=nine+badgers+compose+a+waltz");
        service.client().call(method, &api).status().await;
    }
    assert!(may_sign_in(&service, PASSWORD).await);
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
}

async fn a_repetition_of_the_same_browser_sees_the_same(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    let browser = service.client();
    form(&browser, &token, OTHER_PASSWORD).await;
    let again = send_form(&browser, &token, THIRD_PASSWORD).await;
    assert!(again.status == 303, "{again}");
    assert!(!may_sign_in(&service, THIRD_PASSWORD).await, "nothing is done a second time");
    let other = service.client();
    assert_eq!(form(&other, &token, THIRD_PASSWORD).await.status, 400);
}

async fn a_change_of_the_account_ends_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let changes = [
        "UPDATE users SET email = 'ana@elsewhere.example' WHERE email = 'ana@example.org'",
        "UPDATE users SET banned = true",
        "UPDATE accounts SET password = NULL",
    ];
    let client = service.client();
    for change in changes {
        service.sql("DELETE FROM challenges");
        let token = mailed(&service).await;
        service.sql(change);
        reset(&client, &token, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
        service.sql("UPDATE users SET email = 'ana@example.org', banned = false");
    }
    service.sql("DELETE FROM challenges");
    let token = mailed(&service).await;
    service.sql("DELETE FROM users");
    service.register(ANA).await;
    reset(&client, &token, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
    drop(ana);
}

async fn a_token_of_another_purpose_is_none(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = mailed(&service).await;
    for path in ["/not-me"] {
        service.client().post(path, json!({ "token": token })).await.refused("TOKEN_INVALID");
    }
    for other in [ana.refresh.as_str(), ana.access.as_str(), ana.client.session_cookie().1.as_str(), "", "x"]
    {
        reset(&service.client(), other, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
    }
    let same_bytes = format!("{token}=");
    reset(&service.client(), &same_bytes, OTHER_PASSWORD).await.refused("TOKEN_INVALID");
    let body = json!({ "refreshToken": token });
    service.client().post("/refresh", body).await.refused("INVALID_REFRESH_TOKEN");
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
}

async fn it_proves_the_address(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let verified = "SELECT email_verified FROM users";
    assert_eq!(service.number(verified), 0);
    let token = mailed(&service).await;
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
    assert_eq!(service.number(verified), 1);
}

async fn it_lifts_the_lock(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for _ in 0..5 {
        let wrong = json!({ "email": ANA, "password": OTHER_PASSWORD });
        service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    }
    let locked = service.client().post("/login", json!({ "email": ANA, "password": PASSWORD })).await;
    locked.refused("ACCOUNT_LOCKED");
    service.all_mails().await;
    let token = mailed(&service).await;
    reset(&service.client(), &token, THIRD_PASSWORD).await.ok();
    assert!(may_sign_in(&service, THIRD_PASSWORD).await);
}

async fn a_lost_account_needs_no_password_to_begin_with(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    // As who signed in elsewhere before an import.
    service.sql("DELETE FROM accounts");
    let token = mailed(&service).await;
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
    assert!(may_sign_in(&service, OTHER_PASSWORD).await);
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    client.post("/forgot-password", json!({})).await.names("email");
    client.post("/forgot-password", json!({ "email": "no address" })).await.names("email");
    client.post("/reset-password", json!({ "newPassword": OTHER_PASSWORD })).await.names("token");
    client.post("/reset-password", json!({ "token": "x" })).await.names("newPassword");
    let half = json!({ "code": "0000-0000", "newPassword": OTHER_PASSWORD });
    client.post("/reset-password", half).await.names("token");
    client.post("/not-me", json!({})).await.names("token");
}

async fn is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let token = mailed(&service).await;
    reset(&service.client(), &token, OTHER_PASSWORD).await.ok();
    let ana = service.sign_in_with(json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
    let events = ana.client.get("/security-events").await.ok();
    let kinds: Vec<_> =
        events.as_array().into_iter().flatten().map(|event| event["eventType"].clone()).collect();
    for kind in ["password_reset_request", "password_reset_complete"] {
        assert_eq!(kinds.iter().filter(|of| **of == kind).count(), 1, "{kind}: {kinds:?}");
    }
}
