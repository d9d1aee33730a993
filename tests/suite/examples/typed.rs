//! An app that calls the typed client.

use super::application::{Application, answer};
use crate::examples;

examples![an_app_is_told_who_a_token_belongs_to];

async fn an_app_is_told_who_a_token_belongs_to(application: Application) {
    let ana = application.someone().await;
    let ask = async |token: &str| {
        let answer = answer(application.get("/typed/x").bearer_auth(token)).await;
        (answer.status, answer.body)
    };
    assert_eq!(answer(application.get("/typed/x")).await.status, 401);
    assert_eq!(ask("nonsense").await, (401, "this is no valid token\n".to_owned()));
    assert_eq!(ask(&ana.token).await, (200, format!("{} is ana@example.org (user)\n", ana.id)));
    application.sign_out(&ana).await;
    assert_eq!(ask(&ana.token).await, (401, "this session has ended\n".to_owned()));
}
