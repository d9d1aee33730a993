//! What an operator types beside a running service counts with the next request. Commands about keys have a file of
//! their own.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{PASSWORD, Person, Service, Stage},
    shape,
};
use http::Method;
use serde_json::{Value, json};

scenarios![
    whoever_is_revoked_is_refused_by_each_credential needs Commands,
    one_session_can_be_revoked needs Commands,
    a_role_shows_at_once needs Commands,
    an_account_that_was_made_can_sign_in needs Commands,
    a_new_lineage_disturbs_nobody needs Commands,
    housekeeping_beside_the_service_is_done needs Commands,
];

const ANA: &str = "ana@example.org";

async fn whoever_is_revoked_is_refused_by_each_credential(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    service.register(ANA).await;
    // A round for each: the first request after the command is the one that could be answered from memory.
    for credential in [Credential::Cookie, Credential::AccessToken, Credential::RefreshToken] {
        let (one, other) = (service.sign_in(ANA).await, service.sign_in(ANA).await);
        assert!(one.is_signed_in().await && other.is_signed_in().await);
        assert_eq!(service.operate(&["user", "revoke", ANA]).done(), "2 sessions ended\n");
        assert_eq!(credential.status(&service, &one).await, 401, "{credential:?}");
        assert!(one.is_signed_out().await && other.is_signed_out().await, "{credential:?}");
    }
    assert!(bob.is_signed_in().await);
}

#[derive(Clone, Copy, Debug)]
enum Credential {
    Cookie,
    AccessToken,
    RefreshToken,
}

impl Credential {
    async fn status(self, service: &Service, person: &Person) -> u16 {
        let answer = match self {
            Self::Cookie => person.client.get("/session").await,
            Self::AccessToken => service.client().get("/session").bearer(&person.access).await,
            Self::RefreshToken => {
                service.client().post("/refresh", json!({ "refreshToken": person.refresh })).await
            }
        };
        answer.status
    }
}

async fn one_session_can_be_revoked(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let other = service.sign_in(ANA).await;
    assert!(ana.is_signed_in().await);
    let said = service.operate(&["user", "revoke", ANA, "--session", &ana.sid()]).done();
    assert_eq!(said, "1 session ended\n");
    assert!(ana.is_signed_out().await);
    assert!(other.is_signed_in().await);
}

async fn a_role_shows_at_once(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    assert!(ana.is_signed_in().await);
    service.operate(&["user", "set-role", ANA, "admin"]).done();
    assert_eq!(ana.client.get("/session").await.ok()["user"]["role"], "admin");
    let old = service.client().get("/session").bearer(&ana.access).await;
    old.refused("TOKEN_EXPIRED");
    let (claims, access) = refreshed(&service, &ana).await;
    assert_eq!(claims["role"], "admin");
    service.client().get("/session").bearer(&access).await.ok();
}

/// The claims of the next access token, and the token itself.
async fn refreshed(service: &Service, person: &Person) -> (Value, String) {
    let body = service.client().post("/refresh", json!({ "refreshToken": person.refresh })).await.ok();
    let access = shape::text(&body["accessToken"]);
    (Jwt::parse(&access).claims, access)
}

async fn an_account_that_was_made_can_sign_in(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service
        .client()
        .post("/login", json!({ "email": ANA, "password": PASSWORD }))
        .await
        .refused("INVALID_CREDENTIALS");
    let arguments = ["user", "create", "Ana@Example.org", "--name", "Ana", "--role", "admin"];
    service.operate_with(&arguments, &format!("{PASSWORD}\n")).done();
    let ana = service.sign_in(ANA).await;
    assert_eq!((&ana.user["name"], &ana.user["role"]), (&json!("Ana"), &json!("admin")));
    assert!(ana.is_signed_in().await);
}

async fn a_new_lineage_disturbs_nobody(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let lineages = "SELECT count(*) FROM invalidations WHERE subject LIKE 'start:%'";
    let before = service.number(lineages);
    service.operate(&["lineage", "renew"]).done();
    assert_eq!(service.number(lineages), before + 1);
    assert!(ana.is_signed_in().await);
    assert_eq!(service.management(Method::GET, "/ready").await.status, 200);
}

async fn housekeeping_beside_the_service_is_done(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    service.sign_in(ANA).await;
    let expired = format!("UPDATE sessions SET expires_at = 1 WHERE id <> '{}'", ana.sid());
    assert_eq!(service.sql(&expired), 1);
    let said = service.operate(&["maintenance", "run"]).done();
    assert!(said.contains("sessions pruned: "), "{said}");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    assert!(ana.is_signed_in().await);
}
