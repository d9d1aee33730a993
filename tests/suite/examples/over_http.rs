//! An app that asks over HTTP.

use super::application::{Application, answer};
use crate::{client::API, examples};

examples![an_app_asks_with_what_its_client_brought, the_guard_sends_people_to_a_page];

async fn an_app_asks_with_what_its_client_brought(application: Application) {
    let nobody = answer(application.get("/http/x")).await;
    assert_eq!((nobody.status, nobody.error().as_str()), (401, "UNAUTHENTICATED"));
    let ana = application.someone().await;
    for request in [
        application.get("/http/x").header("cookie", &ana.cookie),
        application.get("/http/x").bearer_auth(&ana.token),
    ] {
        let answer = answer(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains(&ana.id), "{answer:?}");
    }
    application.sign_out(&ana).await;
    assert_eq!(answer(application.get("/http/x").bearer_auth(&ana.token)).await.status, 401);
}

async fn the_guard_sends_people_to_a_page(application: Application) {
    let sent = answer(application.get("/guarded/x").header("accept", "text/html")).await;
    let page = answer(application.get(&sent.location.expect("a sign-in page"))).await;
    assert_eq!(page.status, 200, "{page:?}");
    let (_, rest) = page.body.split_once("<script src=\"").expect("its script");
    let script = answer(application.get(rest.split('"').next().expect("an address"))).await;
    assert!(script.status == 200 && script.body.contains(&format!("'{API}/login'")), "{script:?}");
}
