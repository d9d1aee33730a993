//! `POST /forgot-password`: how often, to whom, and where the link leads.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{OTHER_PASSWORD, PUBLIC_URL, Service, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    strangers_can_not_have_many_mails_sent needs Mail,
    a_known_device_keeps_a_third needs Mail,
    a_network_can_not_have_many_mails_sent needs Mail Clock,
    the_link_leads_where_nobody_else_says needs Mail,
    an_app_is_led_to needs Mail,
    listed_addresses_alone_are_trusted needs Mail,
    without_pages_links_lead_to_the_app needs Mail,
    without_mail_there_is_none,
    an_operator_hands_out_a_link needs Commands,
];

const ANA: &str = "ana@example.org";

async fn forgot(client: &Client, email: &str) -> Value {
    client.post("/forgot-password", json!({ "email": email })).await.ok()
}

async fn led_to(service: &Service, redirect_to: &str) -> Answer {
    service.client().post("/forgot-password", json!({ "email": ANA, "redirectTo": redirect_to })).await
}

async fn strangers_can_not_have_many_mails_sent(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let answers: Vec<Value> =
        futures::future::join_all((0..6).map(|_| async { forgot(&service.client(), ANA).await })).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the caller is told the same");
    assert_eq!(service.all_mails().await.len(), 2);
    assert_eq!(service.number("SELECT count(*) FROM challenges"), 2);
}

async fn a_known_device_keeps_a_third(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..4 {
        forgot(&service.client(), ANA).await;
    }
    assert_eq!(service.all_mails().await.len(), 2);
    forgot(&ana.client, ANA).await;
    forgot(&ana.client, ANA).await;
    assert_eq!(service.all_mails().await.len(), 1);
}

async fn a_network_can_not_have_many_mails_sent(stage: Stage) {
    let service = stage.start().await;
    let ask = async |first: u32| {
        for n in first..first + 4 {
            let email = format!("user{n}@example.org");
            service.register(&email).await;
            forgot(&service.client(), &email).await;
        }
        service.all_mails().await.len()
    };
    assert_eq!(ask(0).await, 3);
    service.advance(Duration::from_secs(3601));
    assert_eq!(ask(10).await, 3);
    service.advance(Duration::from_secs(3601));
    assert_eq!(ask(20).await, 3);
    service.advance(Duration::from_secs(3601));
    assert_eq!(ask(30).await, 1, "ten a day");
    service.advance(Duration::from_secs(86_400));
    assert_eq!(ask(40).await, 3);
}

/// Who asks chooses no host: by none of the fields that others have believed.
async fn the_link_leads_where_nobody_else_says(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let client = service.client();
    let request = client.post("/forgot-password", json!({ "email": ANA }));
    let fields =
        ["host", "x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url", "x-host", "referer"];
    let request = fields.into_iter().fold(request, |request, name| request.header(name, "evil.example"));
    request.await.ok();
    let mail = service.mail().await;
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/reset-password?")), "{}", mail.link());
    assert!(!mail.raw.contains("evil.example"), "{}", mail.raw);
}

async fn an_app_is_led_to(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let page = format!("{TRUSTED}/account/reset?lang=de");
    led_to(&service, &page).await.ok();
    let mail = service.mail().await;
    assert!(mail.link().starts_with(&format!("{page}&token=")), "{}", mail.link());
    // Its page posts the token, across origins.
    let body = json!({ "token": mail.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).origin(TRUSTED).await.ok();
    for other in [
        UNTRUSTED,
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "//app.example/",
        "javascript:alert(1)",
        "",
    ] {
        let problem = led_to(&service, other).await.names("redirectTo");
        assert!(problem.starts_with("must be an address that this service leads to"), "{other}: {problem}");
    }
    let foreign = service.client();
    foreign.post("/forgot-password", json!({ "email": ANA })).origin(UNTRUSTED).await.refused("FORBIDDEN");
}

async fn listed_addresses_alone_are_trusted(stage: Stage) {
    let service = stage.with("mail_redirects", "https://app.example/reset").start().await;
    service.register(ANA).await;
    led_to(&service, "https://app.example/reset").await.ok();
    assert!(service.mail().await.link().starts_with("https://app.example/reset?token="));
    led_to(&service, "https://app.example/elsewhere").await.names("redirectTo");
    led_to(&service, &format!("{PUBLIC_URL}/reset-password")).await.names("redirectTo");
}

async fn without_pages_links_lead_to_the_app(stage: Stage) {
    let service =
        stage.with("pages", "false").with("mail_redirects", "https://app.example/from-mail").start().await;
    service.register(ANA).await;
    forgot(&service.client(), ANA).await;
    let mail = service.mail().await;
    assert!(mail.link().starts_with("https://app.example/from-mail?token="), "{}", mail.link());
    assert!(mail.link().ends_with("&for=reset-password"), "{}", mail.link());
    service.client().call(Method::GET, "/reset-password").await.refused("NOT_FOUND");
    let body = json!({ "token": mail.token(), "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).await.ok();
}

async fn without_mail_there_is_none(stage: Stage) {
    // Of another machine's name, and without a server for mails.
    let service = stage.with("public_url", "https://auth.example.org").start().await;
    service.client().post("/forgot-password", json!({ "email": ANA })).await.refused("NOT_FOUND");
    service
        .client()
        .post("/forgot-password", json!({ "email": "bob@example.org" }))
        .await
        .refused("NOT_FOUND");
}

async fn an_operator_hands_out_a_link(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let printed = service.operate(&["user", "reset-link", "Ana@example.org"]).done();
    let link = printed.trim().to_owned();
    assert!(link.starts_with(&format!("{PUBLIC_URL}/reset-password?token=")), "{link}");
    let (_, token) = link.split_once("token=").expect("a token");
    let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
    service.client().post("/reset-password", body).await.ok();
    service.sign_in_with(json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
}
