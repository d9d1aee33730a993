//! An app that asks over HTTP.

use super::application::{Application, answer};
use crate::examples;

examples![an_app_asks_with_what_its_client_brought];

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
