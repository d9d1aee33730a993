//! Servers whose clocks differ.

use crate::{
    runner::RunnerKind,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use mana_auth::clock::{Clock as _, TestClock};
use serde_json::json;
use std::{sync::Arc, time::Duration};

const APART: Duration = Duration::from_secs(10);
const ANA: &str = "ana@example.org";

pub async fn clocks_ten_seconds_apart_change_nothing() {
    let behind = Stage::new(RunnerKind::Postgres).start().await;
    let clock = TestClock::new(behind.clock().now());
    clock.advance(APART);
    let ahead = behind.beside(Arc::new(clock)).await;
    let ana = behind.someone().await;
    for (here, there) in [(&ahead, &behind), (&behind, &ahead)] {
        // What the one has issued, the other takes.
        let here_signed_in = here.sign_in(ANA).await;
        let there_too = here_signed_in.before(there);
        assert!(there_too.is_signed_in().await);
        let validated =
            there_too.client.post("/validate", json!({ "token": here_signed_in.access })).await.ok();
        assert_eq!(validated["valid"], true);
        there_too.client.get("/session").without_cookies().bearer(&here_signed_in.access).await.ok();
        let tokens =
            there_too.client.post("/refresh", json!({ "refreshToken": here_signed_in.refresh })).await.ok();
        let again = json!({ "refreshToken": tokens["refreshToken"] });
        here_signed_in.client.post("/refresh", again).await.ok();
        // What the one ends is over on the other.
        here_signed_in.client.post("/logout", json!({})).await.ok();
        there_too.client.get("/session").await.refused("UNAUTHENTICATED");
        assert!(ana.before(there).is_signed_in().await, "somebody else was signed out");
        here.tick().await;
    }
    // Guesses are counted together.
    for guess in 0..5 {
        let at = if guess % 2 == 0 { &ahead } else { &behind };
        at.client().post("/login", json!({ "email": ANA, "password": OTHER_PASSWORD })).await.is(401);
    }
    for at in [&ahead, &behind] {
        let right = json!({ "email": ANA, "password": PASSWORD });
        at.client().post("/login", right).await.refused("ACCOUNT_LOCKED");
    }
    behind.tick().await;
    ahead.tick().await;
}
