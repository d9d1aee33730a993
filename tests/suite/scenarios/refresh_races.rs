//! A refresh token that is exchanged while something else becomes of its session: one of the two comes first.

use crate::{
    client::Answer,
    runner::recorder::Recorder,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage},
    shape,
};
use serde_json::{Value, json};
use std::sync::Arc;

scenarios![
    a_token_goes_on_that_a_new_password_overtakes needs Passwords,
    a_token_ends_that_a_new_password_by_cookie_overtakes needs Passwords,
    a_token_that_finds_its_chain_used_ends_the_session needs Passwords,
    a_copy_that_is_noticed_twice_at_once_is_told_once needs Passwords,
];

/// What every exchange begins with.
const SPENDS: &str = "UPDATE refresh_tokens SET spent_at";
/// What ends a session of which somebody has a copy.
const ENDS: &str = "DELETE FROM sessions WHERE id = ?1";

async fn start(stage: Stage) -> (Service, Person, Arc<Recorder>) {
    let recorder = Recorder::new();
    let service = stage.recorded(&recorder).start().await;
    let ana = service.someone().await;
    (service, ana, recorder)
}

fn change() -> Value {
    json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD })
}

async fn refresh(service: &Service, token: &str) -> Answer {
    service.client().post("/refresh", json!({ "refreshToken": token })).await
}

/// Refreshes, and has something else done before what that changes with these words.
async fn overtaken<T>(
    (service, recorder): (&Service, &Recorder),
    token: &str,
    words: &'static str,
    first: impl Future<Output = T>,
) -> (Answer, T) {
    recorder.hold.next(words);
    let first = async {
        recorder.hold.someone_waits().await;
        let first = first.await;
        recorder.hold.release();
        first
    };
    futures::join!(refresh(service, token), first)
}

fn events(service: &Service, kind: &str) -> i64 {
    service.number(&format!("SELECT count(*) FROM security_events WHERE event_type = '{kind}'"))
}

async fn a_token_goes_on_that_a_new_password_overtakes(stage: Stage) {
    let (service, ana, recorder) = start(stage).await;
    let client = service.client();
    let change = async { client.post("/change-password", change()).bearer(&ana.access).await.ok() };
    let (answer, new) = overtaken((&service, &recorder), &ana.refresh, SPENDS, change).await;
    let next = answer.ok();
    service.client().get("/session").bearer(&shape::text(&next["accessToken"])).await.ok();
    service.client().get("/session").bearer(&shape::text(&new["accessToken"])).await.ok();
    let last = refresh(&service, &shape::text(&next["refreshToken"])).await.ok();
    assert_eq!(events(&service, "suspicious_activity"), 0);
    // It leads into the chain of the new password, which never forks.
    refresh(&service, &shape::text(&new["refreshToken"])).await.refused("INVALID_REFRESH_TOKEN");
    refresh(&service, &shape::text(&last["refreshToken"])).await.refused("INVALID_REFRESH_TOKEN");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn a_token_ends_that_a_new_password_by_cookie_overtakes(stage: Stage) {
    let (service, ana, recorder) = start(stage).await;
    let change = async { ana.client.post("/change-password", change()).await.ok() };
    let (answer, _) = overtaken((&service, &recorder), &ana.refresh, SPENDS, change).await;
    answer.refused("INVALID_REFRESH_TOKEN");
    ana.client.get("/session").await.ok();
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
}

async fn a_token_that_finds_its_chain_used_ends_the_session(stage: Stage) {
    let (service, ana, recorder) = start(stage).await;
    let client = service.client();
    let new = client.post("/change-password", change()).bearer(&ana.access).await.ok();
    let new = shape::text(&new["refreshToken"]);
    let use_it = async { refresh(&service, &new).await.ok() };
    let (answer, next) = overtaken((&service, &recorder), &ana.refresh, SPENDS, use_it).await;
    answer.refused("INVALID_REFRESH_TOKEN");
    service
        .client()
        .get("/session")
        .bearer(&shape::text(&next["accessToken"]))
        .await
        .refused("UNAUTHENTICATED");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
    assert_eq!(events(&service, "suspicious_activity"), 1);
}

async fn a_copy_that_is_noticed_twice_at_once_is_told_once(stage: Stage) {
    let (service, ana, recorder) = start(stage).await;
    let next = refresh(&service, &ana.refresh).await.ok();
    refresh(&service, &shape::text(&next["refreshToken"])).await.ok();
    let again = async { refresh(&service, &ana.refresh).await.refused("INVALID_REFRESH_TOKEN") };
    let (answer, _) = overtaken((&service, &recorder), &ana.refresh, ENDS, again).await;
    answer.refused("INVALID_REFRESH_TOKEN");
    assert_eq!((events(&service, "suspicious_activity"), events(&service, "session_revoked")), (1, 1));
    let metrics = service.metrics().await;
    assert_eq!(metrics.count("refreshes", "reused"), 1, "{}", metrics.text);
    assert_eq!(metrics.count("sessions_ended", "refresh_reuse"), 1, "{}", metrics.text);
}
