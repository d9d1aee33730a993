//! Attempts whose password is still being compared: they hold places, and are no failures.

use crate::{
    client::{Answer, Client},
    runner::gate::Gate,
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Service, Stage,
        guesses::{ANA, login, nobody, right, wrong},
    },
};
use futures::future::join_all;
use serde_json::{Value, json};
use std::{future::IntoFuture as _, sync::Arc, time::Duration};

scenarios![
    right_ones_at_once_are_no_failures,
    on_a_known_device_neither,
    whoever_finds_no_place_comes_back_in_a_second needs Passwords,
    five_wrong_ones_lock_when_they_are_decided needs Passwords,
    proving_again_who_one_is_has_places_too needs Passwords,
    a_limit_has_places_too needs Passwords,
    a_success_leaves_others_their_places needs Passwords,
    the_places_of_a_process_that_died_are_free_after_a_minute needs Clock Passwords,
    places_have_no_future needs Passwords,
];

fn events(service: &Service, kind: &str) -> i64 {
    service.number(&format!("SELECT count(*) FROM security_events WHERE event_type = '{kind}'"))
}

/// Nothing was guessed wrong, and nothing says so.
#[track_caller]
fn nothing_failed(service: &Service) {
    for kind in ["login_failure", "account_locked", "suspicious_activity"] {
        assert_eq!(events(service, kind), 0, "{kind}");
    }
    assert_eq!(service.number("SELECT count(*) FROM lockouts"), 0);
    assert_eq!(service.number("SELECT count(*) FROM attempts WHERE counter NOT LIKE 'registration%'"), 0);
    assert_eq!(service.number("SELECT count(*) FROM reservations"), 0);
}

/// Others have to be decided first.
#[track_caller]
fn is_too_early(answer: &Answer) {
    answer.refused("RATE_LIMITED");
    assert_eq!(answer.json()["retryAfterSec"], 1, "{answer}");
}

async fn all_at_once(clients: &[Client], body: &Value) -> Vec<Answer> {
    join_all(clients.iter().map(|client| client.post("/login", body.clone()).into_future())).await
}

async fn right_ones_at_once_are_no_failures(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let clients: Vec<Client> = (0..10).map(|_| service.client()).collect();
    let answers = all_at_once(&clients, &right()).await;
    assert!(answers.iter().filter(|answer| answer.status == 200).count() >= 5);
    answers.iter().filter(|answer| answer.status != 200).for_each(is_too_early);
    nothing_failed(&service);
    login(&service.client(), right()).await.ok();
}

async fn on_a_known_device_neither(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answers = join_all((0..10).map(|_| ana.client.post("/login", right()).into_future())).await;
    assert!(answers.iter().filter(|answer| answer.status == 200).count() >= 5);
    answers.iter().filter(|answer| answer.status != 200).for_each(is_too_early);
    nothing_failed(&service);
}

/// Starts so many requests that wait at the gate, and does something else meanwhile.
async fn while_they_wait(
    gate: &Arc<Gate>,
    requests: impl IntoIterator<Item = impl Future<Output = Answer>>,
    meanwhile: impl AsyncFnOnce(),
) -> Vec<Answer> {
    let requests: Vec<_> = requests.into_iter().collect();
    let many = requests.len();
    gate.close();
    let (answers, ()) = futures::join!(join_all(requests), async {
        gate.so_many_wait(many).await;
        meanwhile().await;
        gate.open();
    });
    answers
}

async fn whoever_finds_no_place_comes_back_in_a_second(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    for body in [right(), nobody(1)] {
        let clients: Vec<Client> = (0..5).map(|_| service.client()).collect();
        let five = clients.iter().map(|client| client.post("/login", body.clone()).into_future());
        let answers = while_they_wait(&gate, five, async || {
            is_too_early(&login(&service.client(), body.clone()).await);
            is_too_early(&login(&service.client(), body.clone()).await);
        })
        .await;
        if body == right() {
            answers.iter().for_each(|answer| drop(answer.ok()));
            nothing_failed(&service);
        } else {
            answers.iter().for_each(|answer| drop(answer.refused("INVALID_CREDENTIALS")));
        }
    }
}

async fn five_wrong_ones_lock_when_they_are_decided(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    let clients: Vec<Client> = (0..5).map(|_| service.client()).collect();
    let five = clients.iter().map(|client| client.post("/login", wrong()).into_future());
    let answers = while_they_wait(&gate, five, async || {
        is_too_early(&login(&service.client(), right()).await);
        assert_eq!(events(&service, "account_locked"), 0);
    })
    .await;
    answers.iter().for_each(|answer| drop(answer.refused("INVALID_CREDENTIALS")));
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
    assert_eq!(events(&service, "account_locked"), 1);
    assert_eq!(service.number("SELECT failures FROM lockouts WHERE counter = 'account'"), 5);
}

async fn proving_again_who_one_is_has_places_too(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    let body = json!({ "currentPassword": OTHER_PASSWORD, "newPassword": "six ravens measure a canal" });
    let five = (0..5).map(|_| ana.client.post("/change-password", body.clone()).into_future());
    let answers = while_they_wait(&gate, five, async || {
        let account = ana.client.delete("/account").json(&json!({ "password": PASSWORD }));
        is_too_early(&account.await);
    })
    .await;
    answers.iter().for_each(|answer| drop(answer.refused("INVALID_CREDENTIALS")));
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.refused("ACCOUNT_LOCKED");
}

async fn a_limit_has_places_too(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).with("limit_sign_in_client", "3").start().await;
    for n in 0..4 {
        service.register(&format!("owner{n}@example.org")).await;
    }
    let owner = |n: usize| json!({ "email": format!("owner{n}@example.org"), "password": PASSWORD });
    let clients: Vec<Client> = (0..3).map(|_| service.client()).collect();
    let three = clients.iter().enumerate().map(|(n, client)| client.post("/login", owner(n)).into_future());
    let answers = while_they_wait(&gate, three, async || {
        is_too_early(&login(&service.client(), owner(3)).await);
    })
    .await;
    answers.iter().for_each(|answer| drop(answer.ok()));
    nothing_failed(&service);
    login(&service.client(), owner(3)).await.ok();
}

/// Else whoever guesses had five more for each sign-in of the owner's.
async fn a_success_leaves_others_their_places(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    let clients: Vec<Client> = (0..4).map(|_| service.client()).collect();
    let four = clients.iter().map(|client| client.post("/login", wrong()).into_future());
    let answers = while_they_wait(&gate, four, async || {
        gate.let_others_pass();
        login(&service.client(), right()).await.ok();
        assert_eq!(service.number("SELECT count(*) FROM reservations WHERE counter = 'account'"), 4);
    })
    .await;
    answers.iter().for_each(|answer| drop(answer.refused("INVALID_CREDENTIALS")));
    assert_eq!(service.number("SELECT failures FROM lockouts WHERE counter = 'account'"), 4);
}

/// Five attempts wait, and what tells whose they are is gone, as if their process were.
async fn five_of_a_process_that_died(gate: &Arc<Gate>, service: &Service) {
    let clients: Vec<Client> = (0..5).map(|_| service.client()).collect();
    let five = clients.iter().map(|client| client.post("/login", right()).into_future());
    while_they_wait(gate, five, async || {
        service.sql("UPDATE reservations SET nonce = randomblob(16)");
    })
    .await;
}

async fn the_places_of_a_process_that_died_are_free_after_a_minute(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    five_of_a_process_that_died(&gate, &service).await;
    is_too_early(&login(&service.client(), right()).await);
    service.advance(Duration::from_secs(59));
    is_too_early(&login(&service.client(), right()).await);
    service.advance(Duration::from_secs(1));
    login(&service.client(), right()).await.ok();
    service.tick().await;
    nothing_failed(&service);
}

/// They were taken by a clock that has been put back since.
async fn places_have_no_future(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    five_of_a_process_that_died(&gate, &service).await;
    service.sql("UPDATE reservations SET at = at + 3600000");
    login(&service.client(), right()).await.ok();
}
