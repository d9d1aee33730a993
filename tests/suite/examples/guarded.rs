//! A plain app behind the guard.

use super::application::{Application, PUBLIC_URL, answer};
use crate::examples;
use mana_auth_tokens::{KeySet, verify};
use reqwest::Method;

examples![
    nobody_comes_in_without_a_session,
    the_app_is_told_who_comes,
    the_app_gets_a_token_of_its_own,
    a_session_that_ends_has_ended_with_the_next_request,
    public_paths_are_for_everybody_and_tell_nothing,
    paths_have_one_spelling,
    more_fields_than_can_be_handed_on_are_refused,
    a_foreign_page_changes_nothing,
    roles_open_paths,
];

/// What a client says of itself.
const FORGED: &[(&str, &str)] = &[
    ("mana-user-id", "forged"),
    ("Mana_User_Role", "admin"),
    ("mana_token", "forged"),
    ("spin-client-addr", "0.0.0.0:0"),
];

fn forge(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    FORGED.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn nobody_comes_in_without_a_session(application: Application) {
    for request in [
        application.get("/guarded/x"),
        forge(application.get("/guarded/x")),
        application.get("/guarded/publicity"),
        application.get("/guarded/x").header("cookie", "mana_session=nonsense"),
        application.get("/guarded/x").bearer_auth("nonsense"),
        application.ask(Method::POST, "/guarded/x").header("accept", "text/html"),
    ] {
        let answer = answer(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "UNAUTHENTICATED"), "{answer:?}");
    }
    let page = answer(application.get("/guarded/x?y=1&z=//evil.example").header("accept", "text/html")).await;
    assert_eq!(page.status, 302);
    let location = page.location.expect("a sign-in page");
    assert!(location.starts_with("/login?return_to=/guarded/x%3F"), "{location}");
}

async fn the_app_is_told_who_comes(application: Application) {
    let ana = application.someone().await;
    for request in [
        application.get("/guarded/x").header("cookie", format!("{}; theme=dark", ana.cookie)),
        application.get("/guarded/x").bearer_auth(&ana.token),
    ] {
        let answer = answer(forge(request)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.told("mana-user-id"), ana.id);
        assert_eq!(answer.told("mana-user-email"), "ana@example.org");
        assert_eq!(answer.told("mana-user-email-verified"), "false");
        assert_eq!(answer.told("mana-user-role"), "user");
        assert!(!answer.body.contains("mana_session"), "the session stays outside: {answer:?}");
    }
}

async fn the_app_gets_a_token_of_its_own(application: Application) {
    let ana = application.someone().await;
    let answer = answer(application.get("/guarded/x").bearer_auth(&ana.token)).await;
    let token = answer.told("mana-token");
    let keys = KeySet::parse(&application.jwks().await).expect("keys");
    let issued = crate::jwt::Jwt::parse(token).claims["iat"].as_u64().expect("a time");
    let claims = verify(token, &keys, PUBLIC_URL, "guarded", issued + 59).expect("a token for the app");
    assert_eq!(claims.sub, ana.id);
    assert!(verify(token, &keys, PUBLIC_URL, PUBLIC_URL, issued).is_err(), "it is good for nothing else");
    assert!(verify(token, &keys, PUBLIC_URL, "guarded", issued + 200).is_err(), "nor for long");
}

async fn a_session_that_ends_has_ended_with_the_next_request(application: Application) {
    let ana = application.someone().await;
    assert_eq!(answer(application.get("/guarded/x").header("cookie", &ana.cookie)).await.status, 200);
    application.sign_out(&ana).await;
    assert_eq!(answer(application.get("/guarded/x").header("cookie", &ana.cookie)).await.status, 401);
    assert_eq!(answer(application.get("/guarded/x").bearer_auth(&ana.token)).await.status, 401);
}

async fn public_paths_are_for_everybody_and_tell_nothing(application: Application) {
    for path in ["/guarded/public", "/guarded/public/x"] {
        let answer = answer(forge(application.get(path))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        for name in ["mana-user-id", "mana-user-role", "mana-token"] {
            assert_eq!(answer.told(name), "nobody", "{answer:?}");
        }
    }
}

async fn paths_have_one_spelling(application: Application) {
    let ana = application.someone().await;
    for path in [
        "/guarded//x",
        "/guarded/./x",
        "/guarded/public/../x",
        "/guarded/public/%2e%2e/x",
        "/guarded/public%2f..%2fx",
        "/guarded/public/..;/x",
        "/guarded/%61dmin",
        "/guarded/x%00",
        "/guarded/x%2",
    ] {
        let answer = application.get_as_it_stands(path, &ana.token).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (400, "VALIDATION_FAILED"),
            "{path}: {answer:?}"
        );
    }
}

async fn more_fields_than_can_be_handed_on_are_refused(application: Application) {
    let ana = application.someone().await;
    for path in ["/guarded/x", "/guarded/public"] {
        let get = |letters: usize| {
            application.get(path).bearer_auth(&ana.token).header("x-large", "x".repeat(letters))
        };
        assert_eq!(answer(get(80 * 1024)).await.status, 200);
        let answer = answer(get(132 * 1024)).await;
        assert_eq!((answer.status, answer.error().as_str()), (431, "HEADERS_TOO_LARGE"), "{answer:?}");
    }
}

async fn a_foreign_page_changes_nothing(application: Application) {
    let ana = application.someone().await;
    let post = || application.ask(Method::POST, "/guarded/x").header("cookie", &ana.cookie);
    for request in [
        post(),
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
        post().header("sec-fetch-site", "same-site"),
    ] {
        let answer = answer(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (403, "FORBIDDEN"), "{answer:?}");
    }
    for request in [post().header("origin", PUBLIC_URL), post().header("sec-fetch-site", "same-origin")] {
        assert_eq!(answer(request).await.status, 200);
    }
    assert_eq!(answer(application.ask(Method::POST, "/guarded/x").bearer_auth(&ana.token)).await.status, 200);
}

async fn roles_open_paths(application: Application) {
    let ana = application.someone().await;
    let get = |path: &str| application.get(path).header("cookie", &ana.cookie);
    for path in ["/guarded/admin", "/guarded/admin/x", "/guarded/ops"] {
        let answer = answer(get(path)).await;
        assert_eq!((answer.status, answer.error().as_str()), (403, "FORBIDDEN"), "{answer:?}");
    }
    application.sql("UPDATE users SET role = 'service'");
    assert_eq!(answer(get("/guarded/ops")).await.status, 200);
    assert_eq!(answer(get("/guarded/admin")).await.status, 403);
    application.sql("UPDATE users SET role = 'admin'");
    let answer = answer(get("/guarded/admin/x")).await;
    assert_eq!((answer.status, answer.told("mana-user-role")), (200, "admin"));
}
