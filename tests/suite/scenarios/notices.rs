//! What the owner of an account is told by mail, and "this wasn't me".

use crate::{
    client::Client,
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Person, Service, Stage,
        guesses::{guess, wrong},
    },
};
use http::Method;
use serde_json::json;
use std::time::Duration;

scenarios![
    a_change_of_password_is_told needs Mail,
    a_new_device_is_told needs Mail,
    a_new_device_of_hers_hides_none_of_a_thief needs Mail Clock,
    a_deletion_is_told needs Mail,
    a_lock_is_told_once_a_day needs Mail Clock,
    a_lock_on_nobodys_account_is_told_to_nobody needs Mail,
    an_operators_change_is_told needs Mail Commands,
    this_was_not_me_ends_everything needs Mail,
    the_page_asks_first needs Mail,
    it_is_good_once_and_for_a_week needs Mail Clock,
    it_outlives_what_a_thief_changes needs Mail Clock,
    it_is_of_one_address needs Mail,
    a_kind_can_be_turned_off needs Mail,
    names_write_no_headers needs Mail,
    a_person_reads_their_own_language needs Mail,
];

const ANA: &str = "ana@example.org";

async fn change_password(client: &Client, from: &str, to: &str) {
    client.post("/change-password", json!({ "currentPassword": from, "newPassword": to })).await.ok();
}

async fn not_me(service: &Service, token: &str) -> crate::client::Answer {
    service.client().post("/not-me", json!({ "token": token })).await
}

/// Ana has changed her password, and was told.
async fn told(service: &Service) -> (Person, String) {
    let ana = service.someone().await;
    change_password(&ana.client, PASSWORD, OTHER_PASSWORD).await;
    let token = service.mail().await.token();
    (ana, token)
}

async fn a_change_of_password_is_told(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert!(service.all_mails().await.is_empty(), "a first sign-in is no news");
    change_password(&ana.client, PASSWORD, OTHER_PASSWORD).await;
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Your password for mana-auth was changed"));
    assert!(mail.link().contains("/not-me?token="), "{}", mail.link());
}

async fn a_new_device_is_told(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    // What the client calls itself stands in no mail of ours.
    let again = json!({ "email": ANA, "password": PASSWORD, "deviceName": "Call +1 555 0100 now" });
    ana.client.post("/login", again.clone()).await.ok();
    assert!(service.all_mails().await.is_empty(), "her own");
    service.sign_in_with(again).await;
    let mail = service.mail().await;
    assert_eq!(mail.subject, "A new sign-in to mana-auth");
    assert!(
        mail.text.replace('\n', " ").contains("on a device that we don’t know. It was at"),
        "{}",
        mail.text
    );
}

async fn a_new_device_of_hers_hides_none_of_a_thief(stage: Stage) {
    let service = stage.with("require_email_verification", "true").start().await;
    service.someone_proven().await;
    service.sign_in(ANA).await;
    service.mail().await;
    service.advance(Duration::from_secs(660));
    service.sign_in(ANA).await;
    assert_eq!(service.mail().await.subject, "A new sign-in to mana-auth");
}

async fn a_deletion_is_told(stage: Stage) {
    let service = stage.with("require_email_verification", "true").start().await;
    let ana = service.someone_proven().await;
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.ok();
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Your account at mana-auth was deleted"));
    assert!(!mail.text.contains("https://"), "nothing is left to take back: {}", mail.text);
}

async fn a_lock_is_told_once_a_day(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    let mail = service.mail().await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (ANA, "Sign-ins to mana-auth are refused for a while")
    );
    service.advance(Duration::from_secs(3600));
    guess(&service, 5).await;
    assert!(service.all_mails().await.is_empty());
    service.advance(Duration::from_secs(86_400));
    guess(&service, 5).await;
    assert_eq!(service.all_mails().await.len(), 1);
}

async fn a_lock_on_nobodys_account_is_told_to_nobody(stage: Stage) {
    let service = stage.start().await;
    for _ in 0..5 {
        service.client().post("/login", wrong()).await.refused("INVALID_CREDENTIALS");
    }
    assert!(service.all_mails().await.is_empty());
    assert_eq!(service.number("SELECT count(*) FROM challenges"), 1, "written like any other");
}

async fn an_operators_change_is_told(stage: Stage) {
    // A command reads the system's time.
    let service = stage.at_system_time().start().await;
    service.register(ANA).await;
    let told = async |command: &[&str]| {
        service.operate(command).done();
        // Another process has committed it.
        service.it_is_looked_for_mails();
        let mail = service.mail().await;
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Your account at mana-auth was changed"));
    };
    told(&["user", "set-role", ANA, "admin"]).await;
    told(&["user", "set-email", ANA, "lovelace@example.org"]).await;
}

async fn this_was_not_me_ends_everything(stage: Stage) {
    let service = stage.start().await;
    let (ana, token) = told(&service).await;
    let other = service.sign_in_with(json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
    service.all_mails().await;
    not_me(&service, &token).await.ok();
    assert!(ana.is_signed_out().await && other.is_signed_out().await);
    let thief = service.client().post("/login", json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
    thief.refused("INVALID_CREDENTIALS");
    let mail = service.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ANA, "Choose a new password for mana-auth"));
    let body = json!({ "token": mail.token(), "newPassword": "eleven herons mend a roof" });
    service.client().post("/reset-password", body).await.ok();
    service.sign_in_with(json!({ "email": ANA, "password": "eleven herons mend a roof" })).await;
}

async fn the_page_asks_first(stage: Stage) {
    let service = stage.start().await;
    let (ana, token) = told(&service).await;
    let client = service.client();
    for _ in 0..2 {
        let page = client.call(Method::GET, &format!("/not-me?token={token}")).await;
        assert!(
            page.status == 200 && String::from_utf8_lossy(&page.body).contains("action=\"/not-me\""),
            "{page}"
        );
    }
    assert!(ana.client.get("/session").await.status == 200, "opening it ends nothing");
    let press = |ticked: &str| {
        client
            .call(Method::POST, "/not-me")
            .body("application/x-www-form-urlencoded", format!("token={token}{ticked}"))
    };
    let unticked = press("").await;
    assert!(unticked.status == 400 && ana.client.get("/session").await.status == 200, "{unticked}");
    for _ in 0..2 {
        let done = press("&sure=yes").await;
        assert!(done.status == 200, "pressed twice, it says the same: {done}");
    }
    assert_eq!(ana.client.get("/session").await.status, 401);
    let mails = service.all_mails().await;
    assert_eq!(mails.len(), 1, "and is done once");
}

async fn it_is_good_once_and_for_a_week(stage: Stage) {
    let service = stage.clone().start().await;
    let (_, token) = told(&service).await;
    service.advance(Duration::from_secs(6 * 86_400));
    not_me(&service, &token).await.ok();
    not_me(&service, &token).await.refused("TOKEN_INVALID");
    let service = stage.start().await;
    let (_, token) = told(&service).await;
    service.advance(Duration::from_secs(7 * 86_400));
    not_me(&service, &token).await.refused("TOKEN_INVALID");
}

/// A thief who knows the password changes it again and again: the first warning is good all the same.
async fn it_outlives_what_a_thief_changes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let thief = service.sign_in(ANA).await;
    let warning = service.mail().await.token();
    change_password(&thief.client, PASSWORD, OTHER_PASSWORD).await;
    service.advance(Duration::from_secs(60));
    change_password(&thief.client, OTHER_PASSWORD, "eleven herons mend a roof").await;
    not_me(&service, &warning).await.ok();
    assert!(thief.is_signed_out().await && ana.is_signed_out().await);
}

async fn it_is_of_one_address(stage: Stage) {
    let service = stage.start().await;
    let (_, token) = told(&service).await;
    service.sql("UPDATE users SET email = 'ana@elsewhere.example'");
    not_me(&service, &token).await.refused("TOKEN_INVALID");
}

async fn a_kind_can_be_turned_off(stage: Stage) {
    let service = stage.with("mail_notices", "new_device").start().await;
    let ana = service.someone().await;
    change_password(&ana.client, PASSWORD, OTHER_PASSWORD).await;
    service.sign_in_with(json!({ "email": ANA, "password": OTHER_PASSWORD })).await;
    let subjects: Vec<String> = service.all_mails().await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["A new sign-in to mana-auth"]);
}

async fn names_write_no_headers(stage: Stage) {
    let service = stage.with("service_name", "Ünï & \"Söhne\" <b>").start().await;
    service.someone().await;
    let device = "x\u{2028}y\u{202e}Bcc: eve@evil.example <img src=x onerror=alert(1)> \u{1f980}";
    service.sign_in_with(json!({ "email": ANA, "password": PASSWORD, "deviceName": device })).await;
    let mail = service.mail().await;
    let (headers, _) = mail.raw.split_once("\r\n\r\n").expect("headers");
    assert!(!headers.to_lowercase().contains("\nbcc:"), "{headers}");
    assert_eq!(mail.from, "Ünï & \"Söhne\" <b> <no-reply@localhost>");
    assert!(headers.is_ascii(), "{headers}");
    assert_eq!(mail.subject, "A new sign-in to Ünï & \"Söhne\" <b>");
    assert!(!mail.html.contains("img") && !mail.text.contains("evil"), "{}", mail.html);
    for address in [
        "ana@example.org\r\nBcc: eve@evil.example",
        "ana@example.org,eve@evil.example",
        "<eve@evil.example>",
        "a b@example.org",
    ] {
        let body = json!({ "email": address });
        service.client().post("/forgot-password", body).await.names("email");
    }
}

async fn a_person_reads_their_own_language(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let body = json!({ "email": ANA, "password": PASSWORD });
    client.post("/register", body.clone()).header("accept-language", "de-AT,de;q=0.9,en;q=0.5").await.is(201);
    let forgot = async || {
        service
            .client()
            .post("/forgot-password", json!({ "email": ANA }))
            .header("accept-language", "fr")
            .await
            .ok();
        service.mail().await
    };
    let mail = forgot().await;
    assert_eq!(mail.subject, "Neues Passwort für mana-auth");
    assert!(mail.html.contains("lang=\"de\"") && mail.raw.contains("Content-Language: de"));
    let ana = service.sign_in(ANA).await;
    assert_eq!(ana.client.get("/profile").await.ok()["language"], "de");
    ana.client.post("/profile", json!({ "language": "fr" })).await.names("language");
    assert_eq!(ana.client.post("/profile", json!({ "language": "en" })).await.ok()["language"], "en");
    assert_eq!(forgot().await.subject, "Choose a new password for mana-auth");
}
