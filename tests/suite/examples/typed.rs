//! An app that calls the typed client.

use super::application::{Application, answer};
use crate::examples;
use reqwest::Method;

examples![an_app_is_told_who_a_token_belongs_to, an_app_appends_to_the_audit_log_under_its_source];

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

async fn an_app_appends_to_the_audit_log_under_its_source(application: Application) {
    let ana = application.someone().await;
    let told = answer(application.ask(Method::POST, "/typed/x").bearer_auth(&ana.token)).await;
    let id = told.body.strip_prefix("recorded as ").unwrap_or_else(|| panic!("{told:?}")).trim_end();
    let sql = format!(
        "SELECT source || ' ' || event_type || ' ' || user_id || ' ' || metadata FROM security_events WHERE id = '{id}'"
    );
    assert_eq!(application.text(&sql), format!("typed example.order_placed {} {{\"order\":17}}", ana.id));
}
