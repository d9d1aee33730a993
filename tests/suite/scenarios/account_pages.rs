//! The pages of an account: for who is signed in.

use super::pages::{ANA, FORM, fill, hidden, leads_to, open, shows, sign_in, text};
use crate::{
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;
use serde_json::json;
use std::time::Duration;

scenarios![
    an_account_is_for_who_is_signed_in,
    a_form_of_another_session_is_none,
    the_profile_is_kept,
    one_session_ends_another,
    the_password_is_changed,
    the_address_is_changed_after_a_step_up needs Mail Clock,
    what_happened_stands_in_words,
    an_account_is_deleted,
    signing_out_is_said_once,
    a_session_that_is_over_is_told,
];

async fn an_account_is_for_who_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let stranger = service.client();
    for path in [
        "/account",
        "/account/security",
        "/account/sessions",
        "/account/activity",
        "/account/delete",
        "/step-up",
        "/logout",
    ] {
        let encoded = path.replace('/', "%2F");
        leads_to(&open(&stranger, path).await, &format!("/login?return_to={encoded}"));
        if path != "/account/activity" {
            let sent = stranger.call(Method::POST, path).body(FORM, "x=y").await;
            let place = if path == "/logout" { String::new() } else { format!("?return_to={encoded}") };
            leads_to(&sent, &format!("/login{place}"));
        }
    }
    leads_to(&open(&stranger, "/.well-known/change-password").await, "/account/security");
}

async fn a_form_of_another_session_is_none(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let (one, other) = (sign_in(&service).await, sign_in(&service).await);
    let token = hidden(&open(&one, "/account").await, "form_token").expect("a token");
    for body in ["name=Eve&language=de".to_owned(), format!("name=Eve&language=de&form_token={token}")] {
        let sent = other.call(Method::POST, "/account").body(FORM, body).await;
        shows(&sent, 403, "This is not allowed");
    }
    let foreign = one.call(Method::POST, "/account").origin(UNTRUSTED);
    shows(&foreign.body(FORM, format!("name=Eve&form_token={token}")).await, 403, "This is not allowed");
    assert_eq!(service.number("SELECT count(*) FROM users WHERE name = 'Eve'"), 0);
}

async fn the_profile_is_kept(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    leads_to(&fill(&ana, "/account", &[("name", "Ana <b>"), ("language", "de")]).await, "/account");
    let page = open(&ana, "/account").await;
    shows(&page, 200, "Gespeichert.");
    assert!(text(&page).contains("value=\"Ana &lt;b&gt;\""), "{page}");
    assert!(!text(&open(&ana, "/account").await).contains("Gespeichert."), "it is said once");
    // Another browser of theirs speaks it too, unless it was told another.
    let other = sign_in(&service).await;
    shows(&open(&other, "/account").await, 200, "lang=\"de\"");
    shows(&open(&other, "/account?lang=en").await, 200, "lang=\"en\"");
    shows(&open(&other, "/account").await, 200, "lang=\"en\"");
    assert_eq!(service.number("SELECT count(*) FROM users WHERE language = 'de' AND name = 'Ana <b>'"), 1);
    shows(&fill(&ana, "/account", &[("name", "a\u{7}b")]).await, 400, "Steuerzeichen");
}

async fn one_session_ends_another(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    shows(&open(&ana, "/account/sessions").await, 200, "You aren’t signed in anywhere else.");
    let thief = sign_in(&service).await;
    let sessions = open(&ana, "/account/sessions").await;
    let page = text(&sessions);
    let (_, after) = page.split_once("name=\"end\" value=\"others\"").expect("a way to end all others");
    let (_, after) = after.split_once("name=\"end\" value=\"").expect("a way to end one");
    let id = after.split('"').next().expect("an id").to_owned();
    leads_to(&fill(&ana, "/account/sessions", &[("end", &id)]).await, "/account/sessions");
    shows(&open(&ana, "/account/sessions").await, 200, "is signed out.");
    leads_to(&open(&thief, "/account").await, "/login?return_to=%2Faccount");
    let (second, third) = (sign_in(&service).await, sign_in(&service).await);
    leads_to(&fill(&ana, "/account/sessions", &[("end", "others")]).await, "/account/sessions");
    shows(&open(&ana, "/account/sessions").await, 200, "All other sessions are signed out.");
    for ended in [second, third] {
        assert_eq!(open(&ended, "/account").await.status, 303);
    }
}

async fn the_password_is_changed(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let (ana, other) = (sign_in(&service).await, sign_in(&service).await);
    let with = |current, new| [("change", "password"), ("currentPassword", current), ("newPassword", new)];
    let path = "/account/security";
    shows(&fill(&ana, path, &with(OTHER_PASSWORD, OTHER_PASSWORD)).await, 400, "This password is wrong.");
    shows(&fill(&ana, path, &with(PASSWORD, "short")).await, 400, "at least 12 characters");
    leads_to(&fill(&ana, path, &with(PASSWORD, OTHER_PASSWORD)).await, path);
    shows(&open(&ana, path).await, 200, "Your password is changed.");
    assert_eq!(open(&other, "/account").await.status, 303);
    let again = [("email", ANA), ("password", OTHER_PASSWORD)];
    leads_to(&fill(&service.client(), "/login", &again).await, "/account");
}

async fn the_address_is_changed_after_a_step_up(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    service.advance(Duration::from_secs(660));
    let path = "/account/security";
    let asks = [("change", "email"), ("newEmail", "ana@elsewhere.example")];
    let step_up = "/step-up?return_to=%2Faccount%2Fsecurity";
    leads_to(&fill(&ana, path, &asks).await, step_up);
    shows(&fill(&ana, step_up, &[("password", OTHER_PASSWORD)]).await, 400, "This password is wrong.");
    leads_to(&fill(&ana, step_up, &[("password", PASSWORD)]).await, path);
    // What was typed stands there again.
    shows(&open(&ana, path).await, 200, "value=\"ana@elsewhere.example\"");
    leads_to(&fill(&ana, path, &asks).await, path);
    shows(&open(&ana, path).await, 200, "Code from the email");
    let code = service.mail().await.code();
    shows(&fill(&ana, path, &[("change", "code"), ("code", "0000-0000")]).await, 400, "This code is wrong");
    leads_to(&fill(&ana, path, &[("change", "code"), ("code", &code)]).await, path);
    shows(&open(&ana, path).await, 200, "Your address is changed.");
    let again = [("email", "ana@elsewhere.example"), ("password", PASSWORD)];
    leads_to(&fill(&service.client(), "/login", &again).await, "/account");
}

async fn what_happened_stands_in_words(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.a_moment_passes();
    service.client().post("/login", json!({ "email": ANA, "password": OTHER_PASSWORD })).await.is(401);
    let ana = sign_in(&service).await;
    let page = text(&open(&ana, "/account/activity").await);
    for words in ["You signed in.", "A sign-in failed with a wrong password.", "The account was created."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let alarm = "Someone signed in on a device that we don’t know.";
    assert!(!page.contains("login_success") && !page.contains(alarm), "a first sign-in is no news: {page}");
    service.a_moment_passes();
    sign_in(&service).await;
    let page = text(&open(&ana, "/account/activity").await);
    assert_eq!((page.matches(alarm).count(), page.matches("You signed in.").count()), (1, 1), "{page}");
    open(&ana, "/account/activity?before=x").await.status.eq(&400).then_some(()).expect("a bad request");
}

async fn an_account_is_deleted(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    shows(&fill(&ana, "/account/delete", &[]).await, 400, "Tick the box first");
    leads_to(&fill(&ana, "/account/delete", &[("sure", "yes")]).await, "/login");
    shows(&open(&ana, "/login").await, 200, "Your account is deleted.");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn signing_out_is_said_once(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    let signed_out = fill(&ana, "/logout", &[]).await;
    leads_to(&signed_out, "/login");
    assert_eq!(signed_out.header("clear-site-data"), "\"cache\", \"storage\"");
    shows(&open(&ana, "/login").await, 200, "You are signed out.");
    assert!(!text(&open(&ana, "/login").await).contains("You are signed out."));
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
    leads_to(&open(&ana, "/account").await, "/login?return_to=%2Faccount");
    // Or to the app that sent them.
    let app = format!("{TRUSTED}/bye");
    let place = app.replace(':', "%3A").replace('/', "%2F");
    let ana = sign_in(&service).await;
    leads_to(&fill(&ana, &format!("/logout?return_to={place}"), &[]).await, &app);
    let ana = sign_in(&service).await;
    let evil = "/logout?return_to=https%3A%2F%2Fevil.example%2F";
    leads_to(&fill(&ana, evil, &[]).await, "/login");
}

async fn a_session_that_is_over_is_told(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    service.sql("DELETE FROM sessions");
    leads_to(&open(&ana, "/account/sessions").await, "/login?return_to=%2Faccount%2Fsessions");
    shows(&open(&ana, "/login").await, 200, "Your session has ended.");
    let stranger = service.client();
    open(&stranger, "/account").await;
    assert!(!text(&open(&stranger, "/login").await).contains("Your session has ended."));
}
