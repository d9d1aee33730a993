//! The end of all attempts after too many without a success (NIST SP 800-63B-4 §3.2.2), and what is left then.

use crate::{
    client::Answer,
    runner::gate::Gate,
    scenarios,
    service::{
        PASSWORD, Service, Stage,
        guesses::{ANA, guess, login, right, wrong},
    },
    shape,
};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

scenarios![
    a_hundred_failures_without_a_success_end_it needs Clock,
    an_address_without_an_account_comes_to_the_same needs Clock,
    a_success_elsewhere_begins_anew_but_not_on_a_known_device needs Clock,
    an_administrator_lifts_it,
    a_registration_begins_anew,
    what_is_undecided_counts_towards_it needs Passwords,
    a_device_that_failed_so_often_is_trusted_no_more needs Clock,
];

const MINUTE: Duration = Duration::from_secs(60);

/// Fails so many times, four in each quarter of an hour, so that there is never a lock.
async fn guess_slowly(service: &Service, body: &Value, times: usize) {
    for n in 0..times {
        if n > 0 && n % 4 == 0 {
            service.advance(16 * MINUTE);
        }
        login(&service.client(), body.clone()).await.refused("INVALID_CREDENTIALS");
    }
    service.advance(16 * MINUTE);
}

#[track_caller]
fn is_closed(answer: &Answer) {
    answer.refused("ACCOUNT_LOCKED");
    assert_eq!(answer.json()["retryAfterSec"], 24 * 60 * 60, "{answer}");
}

fn ends(service: &Service, failures: u32) -> i64 {
    service.number(&format!(
        "SELECT count(*) FROM security_events WHERE event_type = 'account_locked'
             AND CAST(json_extract(metadata, '$.failures') AS bigint) = {failures}"
    ))
}

async fn a_hundred_failures_without_a_success_end_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    guess_slowly(&service, &wrong(), 99).await;
    assert_eq!(ends(&service, 100), 0);
    guess(&service, 1).await;
    assert_eq!(ends(&service, 100), 1);
    is_closed(&login(&service.client(), right()).await);
    // Nothing but a success or an operator ends it.
    service.advance(400 * 24 * 60 * MINUTE);
    service.tick().await;
    is_closed(&login(&service.client(), right()).await);
    login(&ana.client, right()).await.ok();
    is_closed(&login(&service.client(), right()).await);
    assert_eq!(ends(&service, 100), 1, "it is told once");
}

async fn an_address_without_an_account_comes_to_the_same(stage: Stage) {
    let service = stage.with("lockout_cumulative_failures", "10").start().await;
    service.register(ANA).await;
    let nobody = json!({ "email": "nobody@example.org", "password": PASSWORD });
    for body in [wrong(), nobody] {
        guess_slowly(&service, &body, 10).await;
        is_closed(&login(&service.client(), body).await);
    }
    assert_eq!(ends(&service, 10), 2);
}

async fn a_success_elsewhere_begins_anew_but_not_on_a_known_device(stage: Stage) {
    let service = stage.with("lockout_cumulative_failures", "10").start().await;
    let ana = service.someone().await;
    guess_slowly(&service, &wrong(), 9).await;
    service.sign_in(ANA).await;
    guess_slowly(&service, &wrong(), 9).await;
    login(&ana.client, right()).await.ok();
    guess(&service, 1).await;
    is_closed(&login(&service.client(), right()).await);
    login(&ana.client, right()).await.ok();
}

async fn an_administrator_lifts_it(stage: Stage) {
    let settings = stage.with("lockout_cumulative_failures", "10").with("lockout_failures", "20");
    let service = settings.start().await;
    let ana = service.register(ANA).await;
    let root = service.administrator().await;
    guess(&service, 10).await;
    is_closed(&login(&service.client(), right()).await);
    root.client.post(&format!("/admin/users/{}/unlock", shape::text(&ana["id"])), json!({})).await.ok();
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE event_type = 'account_unlocked'"),
        1
    );
    guess(&service, 9).await;
    service.sign_in(ANA).await;
}

/// What strangers guessed at an address before there was an account is nothing to its owner.
async fn a_registration_begins_anew(stage: Stage) {
    let settings = stage.with("lockout_cumulative_failures", "10").with("lockout_failures", "20");
    let service = settings.start().await;
    guess(&service, 10).await;
    is_closed(&login(&service.client(), right()).await);
    service.register(ANA).await;
    service.sign_in(ANA).await;
}

async fn what_is_undecided_counts_towards_it(stage: Stage) {
    let gate = Gate::new();
    let settings = stage.with("lockout_cumulative_failures", "10").with("lockout_failures", "20");
    let service = settings.gated(&gate).start().await;
    service.register(ANA).await;
    guess(&service, 9).await;
    gate.close();
    let client = service.client();
    let (tenth, ()) = futures::join!(client.post("/login", wrong()).into_future(), async {
        gate.someone_waits().await;
        login(&service.client(), right()).await.refused("RATE_LIMITED");
        gate.open();
    });
    tenth.refused("INVALID_CREDENTIALS");
    is_closed(&login(&service.client(), right()).await);
}

async fn a_device_that_failed_so_often_is_trusted_no_more(stage: Stage) {
    let service = stage.with("lockout_cumulative_failures", "10").start().await;
    let ana = service.someone().await;
    for n in 0..10 {
        if n == 4 || n == 8 {
            service.advance(16 * MINUTE);
        }
        login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
    }
    guess(&service, 5).await;
    login(&ana.client, right()).await.refused("ACCOUNT_LOCKED");
    // As anybody's, once the account is open again; and it is given another cookie.
    service.advance(16 * MINUTE);
    login(&ana.client, right()).await.ok();
    guess(&service, 5).await;
    login(&ana.client, right()).await.ok();
}
