//! Nobody hides in the audit log behind what they did before.

use crate::{
    scenarios,
    service::{
        Service, Stage, TRUSTED,
        guesses::{ANA, login, right},
    },
    shape,
};
use serde_json::json;

scenarios![
    sixty_sign_ins_hide_nobody needs Files,
    sixty_refreshes_hide_no_other_address needs Files,
    addresses_without_end_are_no_events_without_end needs Files,
    sixty_exchanges_are_written_and_the_others_counted needs Files,
];

const HERS: &str = "203.0.113.5";
const ANOTHER: &str = "198.51.100.7";

fn told(service: &Service, kind: &str, address: &str) -> i64 {
    service.number(&format!(
        "SELECT count(*) FROM security_events WHERE event_type = '{kind}' AND ip_address = '{address}'"
    ))
}

async fn sixty_sign_ins_hide_nobody(stage: Stage) {
    let service = stage.with("trusted_proxies", "127.0.0.1").start().await;
    service.register(ANA).await;
    let sign_in = async |address: &str, agent: &str| {
        let client = service.client();
        let request = client.post("/login", right()).header("x-forwarded-for", address);
        request.header("user-agent", agent).await.ok();
    };
    for _ in 0..65 {
        sign_in(HERS, "agent/1").await;
    }
    sign_in(ANOTHER, "agent/1").await;
    sign_in(HERS, "agent/2").await;
    assert_eq!(told(&service, "login_success", ANOTHER), 1);
    assert_eq!(told(&service, "device_new", ANOTHER), 1);
    assert_eq!(told(&service, "login_success", HERS), 66);
    let other =
        "SELECT count(*) FROM security_events WHERE event_type = 'login_success' AND user_agent = 'agent/2'";
    assert_eq!(service.number(other), 1);
}

async fn sixty_refreshes_hide_no_other_address(stage: Stage) {
    let service = stage.with("trusted_proxies", "127.0.0.1").start().await;
    service.register(ANA).await;
    let mut token = shape::text(&login(&service.client(), right()).await.ok()["refreshToken"]);
    for address in [HERS; 70].into_iter().chain([ANOTHER, ANOTHER]) {
        let client = service.client();
        let request = client.post("/refresh", json!({ "refreshToken": token }));
        token = shape::text(&request.header("x-forwarded-for", address).await.ok()["refreshToken"]);
    }
    assert_eq!(told(&service, "token_refresh", HERS), 60);
    assert_eq!(told(&service, "token_refresh", ANOTHER), 1);
}

async fn addresses_without_end_are_no_events_without_end(stage: Stage) {
    let service = stage.with("trusted_proxies", "127.0.0.1").start().await;
    service.register(ANA).await;
    let mut token = shape::text(&login(&service.client(), right()).await.ok()["refreshToken"]);
    for host in 0..620 {
        let client = service.client();
        let request = client.post("/refresh", json!({ "refreshToken": token }));
        let address = format!("2001:db8::{host:x}");
        token = shape::text(&request.header("x-forwarded-for", &address).await.ok()["refreshToken"]);
    }
    let written = "SELECT count(*) FROM security_events WHERE event_type = 'token_refresh'";
    assert_eq!(service.number(written), 600);
}

async fn sixty_exchanges_are_written_and_the_others_counted(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..70 {
        ana.client.post("/session-to-token", json!({})).origin(TRUSTED).await.ok();
    }
    let written = "SELECT count(*) FROM security_events WHERE json_extract(metadata, '$.origin') IS NOT NULL";
    assert_eq!(service.number(written), 59, "beside the sign-in");
    let counted = "SELECT count FROM counted_events WHERE event_type = 'login_success' AND why = 'coalesced'";
    assert_eq!(service.number(counted), 11);
}
