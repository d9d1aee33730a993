//! Mails over the APIs of those who take them, where there is no SMTP: accepted, put off, refused, and never waited for.

use super::outbox::{ALL, FAILED, PUT_OFF, comes_to};
use crate::{
    runner::mail_api::{Call, KEY, MailApi, Says},
    scenarios,
    service::{Service, Stage},
};
use http::Method;
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

scenarios![
    resend_is_handed_what_it_documents needs MailApi,
    postmark_is_handed_what_it_documents needs MailApi,
    what_is_put_off_is_tried_again_under_its_id needs MailApi Clock,
    a_hanging_api_delays_no_answer needs MailApi Clock,
    a_lost_answer_sends_nothing_twice needs MailApi Clock,
    what_is_refused_for_good_is_given_up needs MailApi,
    a_wrong_key_loses_no_mail needs MailApi Clock,
    many_mails_leave_behind_one_answer needs MailApi Clock,
    nobody_is_mailed_who_has_no_account needs MailApi,
    without_an_api_there_is_no_mail needs MailApi,
    what_is_wrong_is_named needs MailApi,
];

const ANA: &str = "ana@example.org";

async fn forgot(service: &Service, email: &str) {
    service.client().post("/forgot-password", json!({ "email": email })).await.ok();
}

/// Ana has asked for a new password, and the API of this provider says this.
async fn asked(stage: Stage, provider: &str, says: Says) -> (Service, MailApi) {
    let api = MailApi::start(says).await;
    let service = stage.with_mail_api(provider, &api).start().await;
    service.register(ANA).await;
    forgot(&service, ANA).await;
    (service, api)
}

/// The next attempt is due, and somebody calls the route for it.
async fn a_scheduler_comes(service: &Service) {
    service.advance(Duration::from_secs(61));
    service.tick().await;
}

/// A call of each provider, as both of them have it.
fn checked(call: &Call) -> &Call {
    assert_eq!(call.header("content-type"), "application/json");
    assert_eq!(call.header("accept"), "application/json");
    assert!(call.header("user-agent").starts_with("mana-auth/"));
    assert_eq!(call.header("idempotency-key").len(), 36);
    call
}

fn names(call: &Call) -> BTreeSet<&str> {
    call.body.as_object().expect("an object").keys().map(String::as_str).collect()
}

async fn resend_is_handed_what_it_documents(stage: Stage) {
    let stage = stage.with("service_name", "Acme, Inc.").with("mail_reply_to", "help@example.org");
    let (service, api) = asked(stage, "resend", Says::Takes).await;
    let calls = api.calls(1).await;
    let call = checked(&calls[0]);
    assert_eq!(call.path, "/emails");
    assert_eq!(call.header("authorization"), format!("Bearer {KEY}"));
    let expected = ["from", "headers", "html", "reply_to", "subject", "text", "to"];
    assert_eq!(names(call), expected.into());
    assert_eq!(call.body["from"], r#""Acme, Inc." <no-reply@localhost>"#);
    assert_eq!(call.body["to"], json!([ANA]));
    assert_eq!(call.body["reply_to"], "help@example.org");
    assert_eq!(call.body["headers"], json!({ "Auto-Submitted": "auto-generated", "Content-Language": "en" }));
    assert!(call.body["text"].as_str().expect("text").contains("/reset-password?token="));
    comes_to(&service, ALL, 0).await;
}

async fn postmark_is_handed_what_it_documents(stage: Stage) {
    let (service, api) = asked(stage, "postmark", Says::Takes).await;
    let calls = api.calls(1).await;
    let call = checked(&calls[0]);
    let id = call.header("idempotency-key");
    assert_eq!(call.path, "/email");
    assert_eq!(call.header("x-postmark-server-token"), KEY);
    let expected = [
        "From",
        "Headers",
        "HtmlBody",
        "MessageStream",
        "Metadata",
        "Subject",
        "TextBody",
        "To",
        "TrackLinks",
        "TrackOpens",
    ];
    assert_eq!(names(call), expected.into());
    assert_eq!(
        (&call.body["From"], &call.body["To"]),
        (&json!("mana-auth <no-reply@localhost>"), &json!(ANA))
    );
    assert_eq!((&call.body["TrackOpens"], &call.body["TrackLinks"]), (&json!(false), &json!("None")));
    assert_eq!(
        (&call.body["MessageStream"], &call.body["Metadata"]),
        (&json!("outbound"), &json!({ "id": id }))
    );
    let headers = json!([
        { "Name": "Auto-Submitted", "Value": "auto-generated" },
        { "Name": "Content-Language", "Value": "en" },
        { "Name": "Message-ID", "Value": format!("<{id}@localhost>") },
        { "Name": "X-PM-KeepID", "Value": "true" },
    ]);
    assert_eq!(call.body["Headers"], headers);
    comes_to(&service, ALL, 0).await;
}

async fn what_is_put_off_is_tried_again_under_its_id(stage: Stage) {
    let (service, api) =
        asked(stage, "resend", Says::Answers(429, r#"{"name":"rate_limit_exceeded"}"#)).await;
    api.calls(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    // It is not due yet.
    service.tick().await;
    assert_eq!(api.count(), 1);
    api.says(Says::Answers(500, "<html>"));
    a_scheduler_comes(&service).await;
    api.calls(2).await;
    comes_to(&service, "SELECT attempts FROM outbox", 2).await;
    api.says(Says::Takes);
    a_scheduler_comes(&service).await;
    let calls = api.calls(3).await;
    for again in &calls[1..] {
        assert_eq!(again.header("idempotency-key"), calls[0].header("idempotency-key"));
        assert_eq!(again.body, calls[0].body);
    }
    comes_to(&service, ALL, 0).await;
}

/// It is cut off after ten seconds of real time.
async fn a_hanging_api_delays_no_answer(stage: Stage) {
    let (service, api) = asked(stage, "resend", Says::Hangs).await;
    api.calls(1).await;
    service.sign_in(ANA).await.client.get("/session").await.ok();
    assert_eq!(service.number("SELECT count(*) FROM outbox WHERE holder IS NOT NULL"), 1, "it still hangs");
    comes_to(&service, PUT_OFF, 1).await;
    assert!(service.log().contains("it takes too long to answer"), "{}", service.log());
    api.says(Says::Takes);
    a_scheduler_comes(&service).await;
    let calls = api.calls(2).await;
    assert_eq!(calls[0].header("idempotency-key"), calls[1].header("idempotency-key"));
    comes_to(&service, ALL, 0).await;
}

async fn a_lost_answer_sends_nothing_twice(stage: Stage) {
    let (service, api) = asked(stage, "resend", Says::TakesAndHangsUp).await;
    api.calls(1).await;
    comes_to(&service, PUT_OFF, 1).await;
    api.says(Says::Takes);
    a_scheduler_comes(&service).await;
    api.calls(2).await;
    comes_to(&service, ALL, 0).await;
    assert_eq!(api.taken(), 1);
}

async fn what_is_refused_for_good_is_given_up(stage: Stage) {
    let invalid =
        r#"{"statusCode":422,"name":"validation_error","message":"Invalid `to` field: ana@example.org"}"#;
    let inactive = r#"{"ErrorCode":406,"Message":"ana@example.org is an inactive recipient"}"#;
    for (provider, answer, reason) in [
        ("resend", invalid, "Resend answered 422 validation_error"),
        ("postmark", inactive, "Postmark answered 422, ErrorCode 406"),
    ] {
        let (service, api) = asked(stage.clone(), provider, Says::Answers(422, answer)).await;
        api.calls(1).await;
        comes_to(&service, FAILED, 1).await;
        let event = format!(
            "SELECT count(*) FROM security_events WHERE event_type = 'mail_failed'
                 AND metadata LIKE '%{reason}%' AND metadata NOT LIKE '%ana@%'"
        );
        assert_eq!(service.number(&event), 1);
        assert!(service.log().contains(reason), "{}", service.log());
        assert!(!service.log().contains(ANA), "{}", service.log());
    }
}

async fn a_wrong_key_loses_no_mail(stage: Stage) {
    for (provider, reason) in [
        ("resend", "Resend answered 401 validation_error"),
        ("postmark", "Postmark answered 401, ErrorCode 10"),
    ] {
        let api = MailApi::start(Says::Takes).await;
        let wrong =
            stage.clone().with_mail_api(provider, &api).with("mail_api_secret", "a-key-that-was-revoked");
        let mut service = wrong.start().await;
        service.register(ANA).await;
        forgot(&service, ANA).await;
        api.calls(1).await;
        comes_to(&service, PUT_OFF, 1).await;
        assert!(service.log().contains(reason), "{}", service.log());
        // Nothing is due yet, and what the first answers have begun comes to its end.
        service.tick().await;
        service.restart_with("mail_api_secret", KEY).await;
        a_scheduler_comes(&service).await;
        comes_to(&service, ALL, 0).await;
        assert_eq!(api.taken(), 1);
    }
}

async fn many_mails_leave_behind_one_answer(stage: Stage) {
    let api = MailApi::start(Says::Answers(503, "")).await;
    let service = stage.with_mail_api("postmark", &api).start().await;
    for n in 0..10 {
        let email = format!("ana{n}@example.org");
        service.register(&email).await;
        service.sign_in(&email).await;
        // A device that was not seen before.
        service.sign_in(&email).await;
    }
    comes_to(&service, PUT_OFF, 10).await;
    api.says(Says::Takes);
    service.advance(Duration::from_secs(3600));
    service.tick().await;
    comes_to(&service, ALL, 0).await;
    assert_eq!(api.taken(), 10);
}

async fn nobody_is_mailed_who_has_no_account(stage: Stage) {
    let api = MailApi::start(Says::Takes).await;
    let service = stage.with_mail_api("resend", &api).start().await;
    forgot(&service, "nobody@example.org").await;
    assert_eq!(service.number("SELECT count(*) FROM challenges"), 1, "written like any other");
    comes_to(&service, ALL, 0).await;
    assert_eq!(api.count(), 0);
}

async fn without_an_api_there_is_no_mail(stage: Stage) {
    let service = stage.with("mail_api", "").start().await;
    service.register(ANA).await;
    service.client().post("/forgot-password", json!({ "email": ANA })).await.refused("NOT_FOUND");
}

async fn what_is_wrong_is_named(stage: Stage) {
    for (api, secret, url, key) in [
        ("sendmail", KEY, "", "mail_api"),
        ("resend", "", "", "mail_api_secret"),
        ("postmark", KEY, "http://mail.example.com", "mail_api_url"),
    ] {
        let stage =
            stage.clone().with("mail_api", api).with("mail_api_secret", secret).with("mail_api_url", url);
        let service = stage.start().await;
        let ready = service.probe(Method::GET, "/ready").await;
        assert_eq!((ready.status, ready.body.as_slice()), (503, &b"not started\n"[..]), "{ready}");
        assert!(service.log().contains(&format!("\"{key}: must")), "{}", service.log());
    }
}
