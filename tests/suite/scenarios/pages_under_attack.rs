//! What was tried against the pages.

use super::pages::{ANA, FORM, fill, hidden, leads_to, open, shows, sign_in, text};
use crate::{
    client::Client,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, PUBLIC_URL, Service, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;
use serde_json::json;

scenarios![
    signing_out_ends_every_session_that_a_cookie_names,
    no_link_of_ours_leads_elsewhere,
    foreign_pages_send_none_of_our_forms,
    no_page_is_read_by_other_origins,
    what_one_has_typed_another_does_not_read needs Mail Clock,
    a_form_of_a_mail_may_lead_to_its_app needs Mail,
    registering_is_no_way_round_a_lock,
];

/// A sibling domain has planted a session of its own: then it can't be told who is signed in.
async fn signing_out_ends_every_session_that_a_cookie_names(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.register("eve@example.org").await;
    let (ana, thief) = (sign_in(&service).await, service.client());
    signs_in(&service, &thief, "eve@example.org").await;
    let ((name, hers), (_, planted)) = (ana.session_cookie(), thief.session_cookie());
    let both = format!("{name}={planted}; {name}={hers}");
    let stranger = service.client();
    leads_to(
        &stranger.call(Method::GET, "/account").header("cookie", &both).await,
        "/login?return_to=%2Faccount",
    );
    let out = || stranger.call(Method::POST, "/logout").header("cookie", &both).body(FORM, "x=y");
    shows(&out().origin(UNTRUSTED).await, 403, "This is not allowed");
    shows(&open(&ana, "/account").await, 200, "ana");
    let out = out().origin(PUBLIC_URL).await;
    leads_to(&out, "/login");
    assert!(out.session_cookie().is_cleared(), "{out}");
    for session in [ana, thief] {
        leads_to(&open(&session, "/account").await, "/login?return_to=%2Faccount");
    }
}

async fn no_link_of_ours_leads_elsewhere(stage: Stage) {
    let service = stage.start().await;
    for path in ["//evil.example/x", "///evil.example/x", "/login?return_to=https://evil.example/"] {
        let page = text(&open(&service.client(), path).await);
        assert!(page.contains("href=\"?lang=de\"") && !page.contains("evil.example"), "{path}: {page}");
    }
}

async fn foreign_pages_send_none_of_our_forms(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    for path in [
        "/login",
        "/register",
        "/forgot-password",
        "/reset-password",
        "/verify-email",
        "/magic-link",
        "/not-me",
        "/undo-email-change",
    ] {
        let sent = || client.call(Method::POST, path).body(FORM, "token=x&sure=yes");
        for origin in [UNTRUSTED, "null"] {
            shows(&sent().origin(origin).await, 403, "This is not allowed");
        }
        // A proxy has taken the origin away.
        for site in ["cross-site", "same-site"] {
            let sent = sent().without_origin().header("sec-fetch-site", site).await;
            shows(&sent, 403, "This is not allowed");
        }
    }
    let login = json!({ "email": ANA, "password": PASSWORD });
    let login = client.post("/login", login).without_origin().header("sec-fetch-site", "cross-site").await;
    login.refused("FORBIDDEN");
}

async fn no_page_is_read_by_other_origins(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let ana = sign_in(&service).await;
    let page = ana.call(Method::GET, "/account").origin(TRUSTED).await;
    shows(&page, 200, "form_token");
    assert_eq!(page.header("access-control-allow-origin"), "", "{page}");
}

async fn what_one_has_typed_another_does_not_read(stage: Stage) {
    let service = stage.start().await;
    for email in [ANA, "bob@example.org"] {
        service.register(email).await;
    }
    let browser = sign_in(&service).await;
    let asks = |email| [("change", "email"), ("newEmail", email)];
    leads_to(&fill(&browser, SECURITY, &asks("ana@elsewhere.example")).await, SECURITY);
    // An app signs her out, and somebody else in.
    browser.post("/logout", json!({})).await.ok();
    signs_in(&service, &browser, "bob@example.org").await;
    assert!(!text(&open(&browser, SECURITY).await).contains("elsewhere.example"));
    // Somebody asks for a mail, and another signs in.
    browser.post("/logout", json!({})).await.ok();
    leads_to(
        &fill(&browser, "/forgot-password", &[("email", "eve@elsewhere.example")]).await,
        "/reset-password",
    );
    signs_in(&service, &browser, "bob@example.org").await;
    assert!(!text(&open(&browser, SECURITY).await).contains("elsewhere.example"));
    assert!(!text(&open(&browser, "/reset-password").await).contains("elsewhere.example"));
}

const SECURITY: &str = "/account/security";

async fn signs_in(service: &Service, browser: &Client, email: &str) {
    service.a_moment_passes();
    leads_to(&fill(browser, "/login", &[("email", email), ("password", PASSWORD)]).await, "/account");
}

/// Browsers apply a form's policy to where its answer leads.
async fn a_form_of_a_mail_may_lead_to_its_app(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let app = format!("{TRUSTED}/in");
    let browser = service.client();
    let page = format!("/magic-link?return_to={}", app.replace(':', "%3A").replace('/', "%2F"));
    fill(&browser, &page, &[("email", ANA)]).await;
    let opened = open(&browser, &format!("/magic-link?token={}", service.mail().await.token())).await;
    let leads = |policy: &str| policy.contains(&format!("form-action 'self' {TRUSTED};"));
    assert!(leads(opened.header("content-security-policy")), "{opened}");
    assert_eq!(hidden(&opened, "return_to").as_deref(), Some(app.as_str()));
    let asked = json!({ "email": ANA, "sourceAppUrl": app });
    service.client().post("/resend-verification", asked).await.ok();
    let opened =
        open(&service.client(), &format!("/verify-email?token={}", service.mail().await.token())).await;
    assert!(leads(opened.header("content-security-policy")), "{opened}");
}

async fn registering_is_no_way_round_a_lock(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let stranger = service.client();
    for _ in 0..5 {
        shows(
            &fill(&stranger, "/register", &[("email", ANA), ("password", OTHER_PASSWORD)]).await,
            409,
            "taken",
        );
    }
    let locked = fill(&stranger, "/register", &[("email", ANA), ("password", PASSWORD)]).await;
    shows(&locked, 429, "Too many attempts failed");
    assert!(locked.header("retry-after").parse::<u64>().is_ok(), "{locked}");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}
