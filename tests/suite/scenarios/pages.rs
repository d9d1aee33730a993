//! The pages that people use: sign in, register, come back, and look after one's account, by plain forms.

use crate::{
    client::{Answer, Client},
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Service, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;

scenarios![
    a_sign_in_leads_to_the_account,
    a_refused_sign_in_keeps_what_was_typed,
    one_gets_back_to_trusted_origins_alone,
    somebody_registers_and_is_signed_in,
    a_registration_may_have_to_be_proven needs Mail,
    a_password_that_is_refused_is_explained,
    a_lost_password_is_replaced_by_the_code needs Mail,
    a_code_signs_in_and_leads_on needs Mail,
    errors_are_pages_to_people_and_json_to_programs,
    the_language_is_the_readers_choice,
    the_stylesheet_is_kept_for_ever,
    without_pages_there_are_none,
];

pub const ANA: &str = "ana@example.org";
pub const FORM: &str = "application/x-www-form-urlencoded";
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[track_caller]
pub fn shows(answer: &Answer, status: u16, words: &str) {
    assert!(answer.status == status && text(answer).contains(words), "{words}: {answer}");
}

#[track_caller]
pub fn leads_to(answer: &Answer, place: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, place), "{answer}");
}

pub async fn open(client: &Client, path: &str) -> Answer {
    client.call(Method::GET, path).header("accept", HTML).await
}

/// The value of a hidden field.
pub fn hidden(page: &Answer, name: &str) -> Option<String> {
    let text = text(page);
    let (_, after) = text.split_once(&format!("name=\"{name}\" value=\""))?;
    after.split_once('"').map(|(value, _)| value.replace("&amp;", "&"))
}

/// Opens the page, fills its form in, and sends it with what the form carries along.
pub async fn fill(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = open(client, path).await;
    assert_eq!(page.status, 200, "{page}");
    let carried = ["form_token", "return_to"].map(|name| (name, hidden(&page, name)));
    let body = {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(carried.iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
        form.extend_pairs(fields).finish()
    };
    let action = path.split('?').next().expect("a path");
    client.call(Method::POST, action).body(FORM, body).await
}

pub async fn sign_in(service: &Service) -> Client {
    let client = service.client();
    leads_to(&fill(&client, "/login", &[("email", ANA), ("password", PASSWORD)]).await, "/account");
    client
}

async fn a_sign_in_leads_to_the_account(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for (remember, days) in [("", 7), ("true", 30)] {
        let browser = service.client();
        leads_to(&open(&browser, "/").await, "/login");
        let fields = [("email", ANA), ("password", PASSWORD), ("remember", remember)];
        let signed_in = fill(&browser, "/login", &fields).await;
        leads_to(&signed_in, "/account");
        assert_eq!(signed_in.session_cookie().max_age(), Some(days * 86_400));
        shows(&open(&browser, "/account").await, 200, "ana@example.org");
        for path in ["/login", "/register", "/"] {
            leads_to(&open(&browser, path).await, "/account");
        }
    }
    assert_eq!(service.number("SELECT count(*) FROM sessions WHERE remember_me"), 1);
}

async fn a_refused_sign_in_keeps_what_was_typed(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let browser = service.client();
    let wrong = [("email", ANA), ("password", OTHER_PASSWORD), ("remember", "true")];
    let refused = fill(&browser, "/login", &wrong).await;
    shows(&refused, 400, "don’t belong together");
    let page = text(&refused);
    for kept in [
        "value=\"ana@example.org\"",
        "value=\"true\" aria-describedby=\"remember-hint\" checked",
        "role=\"alert\"",
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let place = fill(&browser, "/login?return_to=/account/sessions", &wrong).await;
    assert!(text(&place).contains("href=\"?return_to=%2Faccount%2Fsessions&amp;lang=de\""), "{place}");
    assert!(!page.contains(OTHER_PASSWORD) && page.contains("<title>Error: Sign in"), "{page}");
    assert!(refused.cookies().iter().all(|cookie| !cookie.name.ends_with("mana_session")));
    let unknown = [("email", "bob@example.org"), ("password", OTHER_PASSWORD), ("remember", "true")];
    let unknown = fill(&browser, "/login", &unknown).await;
    assert_eq!(text(&unknown).replace("bob@", "ana@"), page);
    for _ in 0..3 {
        fill(&browser, "/login", &wrong).await;
    }
    let locked = fill(&browser, "/login", &[("email", ANA), ("password", PASSWORD)]).await;
    shows(&locked, 429, "Too many attempts failed");
    assert!(locked.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{locked}");
    let foreign = browser.call(Method::POST, "/login").origin(UNTRUSTED);
    let foreign = foreign.body(FORM, "email=a%40example.org&password=x").await;
    shows(&foreign, 403, "This is not allowed");
}

async fn one_gets_back_to_trusted_origins_alone(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let fields = [("email", ANA), ("password", PASSWORD)];
    let app = format!("{TRUSTED}/reports?x=1&y=2");
    let query = |place: &str| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", place).finish();
        format!("/login?{query}")
    };
    let page = open(&service.client(), &query(&app)).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {TRUSTED};")), "{policy}");
    for good in [app.as_str(), "/account/sessions", "/account?x=1"] {
        leads_to(&fill(&service.client(), &query(good), &fields).await, good);
    }
    for trick in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%5cevil.example",
        "///evil.example",
        "/..//evil.example",
        "https://app.example@evil.example/",
        "https://app.example.evil.example/",
        "javascript:alert(1)",
        "\thttps://evil.example/",
        "/account\r\nLocation: https://evil.example",
    ] {
        leads_to(&fill(&service.client(), &query(trick), &fields).await, "/account");
    }
}

async fn somebody_registers_and_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let browser = service.client();
    let fields = [("name", "Ana"), ("email", ANA), ("password", PASSWORD)];
    leads_to(&fill(&browser, "/register", &fields).await, "/account");
    shows(&open(&browser, "/account").await, 200, "value=\"Ana\"");
    // A second click, or somebody who has forgotten that they have an account.
    leads_to(&fill(&service.client(), "/register", &fields).await, "/account");
    assert_eq!(service.number("SELECT count(*) FROM users"), 1);
    let fields = [("email", ANA), ("password", OTHER_PASSWORD)];
    let taken = fill(&service.client(), "/register", &fields).await;
    shows(&taken, 409, "This address is taken");
}

async fn a_registration_may_have_to_be_proven(stage: Stage) {
    let service = stage.with("require_email_verification", "true").start().await;
    let browser = service.client();
    let fields = [("email", ANA), ("password", PASSWORD)];
    leads_to(&fill(&browser, "/register", &fields).await, "/verify-email");
    shows(&open(&browser, "/verify-email").await, 200, "Check your email");
    shows(&fill(&browser, "/login", &fields).await, 403, "not confirmed yet");
    let code = service.mail().await.code();
    shows(
        &fill(&browser, "/verify-email", &[("email", ANA), ("code", "0000-0000")]).await,
        400,
        "This code is wrong",
    );
    leads_to(&fill(&browser, "/verify-email", &[("email", ANA), ("code", &code)]).await, "/login");
    shows(&open(&browser, "/login").await, 200, "Your address is confirmed");
    leads_to(&fill(&browser, "/login", &fields).await, "/account");
}

async fn a_password_that_is_refused_is_explained(stage: Stage) {
    let service = stage.start().await;
    for (language, words) in
        [("en", "The password is too easy to guess."), ("de", "Das Passwort ist zu leicht zu erraten.")]
    {
        let browser = service.client();
        let fields = [("name", "Ana"), ("email", ANA), ("password", "passwordpassword")];
        let refused = fill(&browser, &format!("/register?lang={language}"), &fields).await;
        shows(&refused, 400, words);
        assert!(text(&refused).contains("value=\"ana@example.org\""), "{refused}");
        let short = [("name", "Ana"), ("email", "no address"), ("password", PASSWORD)];
        assert_eq!(fill(&browser, "/register", &short).await.status, 400);
    }
}

async fn a_lost_password_is_replaced_by_the_code(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let browser = service.client();
    leads_to(&fill(&browser, "/forgot-password", &[("email", ANA)]).await, "/reset-password");
    let page = open(&browser, "/reset-password").await;
    shows(&page, 200, "ana@example.org");
    let code = service.mail().await.code();
    let with = |code, password| [("email", ANA), ("code", code), ("newPassword", password)];
    shows(
        &fill(&browser, "/reset-password", &with("0000-0000", OTHER_PASSWORD)).await,
        400,
        "This code is wrong",
    );
    shows(&fill(&browser, "/reset-password", &with(&code, "short")).await, 400, "at least 12 characters");
    leads_to(&fill(&browser, "/reset-password", &with(&code, OTHER_PASSWORD)).await, "/login");
    shows(&open(&browser, "/login").await, 200, "Your new password is set");
    leads_to(&fill(&browser, "/login", &[("email", ANA), ("password", OTHER_PASSWORD)]).await, "/account");
    // An address that nobody has looks the same.
    let other = service.client();
    leads_to(&fill(&other, "/forgot-password", &[("email", "bob@example.org")]).await, "/reset-password");
    let unknown = text(&open(&other, "/reset-password").await).replace("bob", "ana");
    assert_eq!(unknown, text(&page));
}

async fn a_code_signs_in_and_leads_on(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.sql("UPDATE users SET email_verified = true");
    let browser = service.client();
    let asked = fill(&browser, "/magic-link?return_to=/account/sessions", &[("email", ANA)]).await;
    leads_to(&asked, "/magic-link?return_to=%2Faccount%2Fsessions");
    let mail = service.mail().await;
    let wrong = fill(&browser, "/magic-link?return_to=/account/sessions", &[("code", "000 000")]).await;
    shows(&wrong, 400, "This code is wrong");
    // The link knows, too.
    let pressed =
        fill(&browser, &format!("/magic-link?token={}", mail.token()), &[("token", &mail.token())]).await;
    leads_to(&pressed, "/account/sessions");
    shows(&open(&browser, "/account/sessions").await, 200, "You’re here");
    shows(
        &open(&service.client(), &format!("/magic-link?token={}", mail.token())).await,
        200,
        "other window",
    );
}

/// A page that holds a token of its own session can't send it in another's.
async fn errors_are_pages_to_people_and_json_to_programs(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    for path in ["/nowhere", "/nowhere/at/all", "/login/nowhere"] {
        shows(&open(&client, path).await, 404, "There’s no page here");
    }
    client
        .call(Method::GET, "/nowhere/at/all")
        .header("accept", "application/json")
        .await
        .refused("NOT_FOUND");
    client.call(Method::GET, "/api/v1/auth/nowhere").header("accept", HTML).await.refused("NOT_FOUND");
    shows(
        &client.call(Method::POST, "/login").body("application/json", "{}").await,
        415,
        "This form can’t be read",
    );
}

async fn the_language_is_the_readers_choice(stage: Stage) {
    let service = stage.start().await;
    let german = service.client();
    let page = german.call(Method::GET, "/login").header("accept-language", "de-AT,de;q=0.9").await;
    shows(&page, 200, "30 Tage angemeldet bleiben");
    assert!(text(&page).contains("<html lang=\"de\">"), "{page}");
    let reader = service.client();
    shows(&open(&reader, "/login").await, 200, "Stay signed in for 30 days");
    let chosen = open(&reader, "/login?lang=de&return_to=/account").await;
    shows(&chosen, 200, "30 Tage angemeldet bleiben");
    assert!(text(&chosen).contains("href=\"?return_to=%2Faccount&amp;lang=en\""), "{chosen}");
    shows(&open(&reader, "/register").await, 200, "Konto anlegen");
}

async fn the_stylesheet_is_kept_for_ever(stage: Stage) {
    let service = stage.with("theme_accent", "#f4a236").with("service_name", "Obsthof").start().await;
    let client = service.client();
    let page = text(&open(&client, "/login").await);
    let (_, after) = page.split_once("<link rel=\"stylesheet\" href=\"").expect("a stylesheet");
    let style = client.call(Method::GET, after.split('"').next().expect("its path")).await;
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(text(&style).contains("--fill:#f4a236"), "{style}");
    assert!(page.contains("Obsthof"), "{page}");
}

async fn without_pages_there_are_none(stage: Stage) {
    let service =
        stage.with("pages", "false").with("mail_redirects", "https://app.example/mail").start().await;
    for path in ["/login", "/account", "/reset-password", "/nowhere"] {
        open(&service.client(), path).await.refused("NOT_FOUND");
    }
    service.client().call(Method::POST, "/account/activity").await.refused("NOT_FOUND");
    let about = open(&service.client(), "/").await;
    shows(&about, 200, "An authentication service");
    assert!(!text(&about).contains("/login"), "{about}");
}
