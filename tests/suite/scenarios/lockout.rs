//! Guessing passwords: what it is slowed down to, and who is not kept out by it.

use crate::{
    client::{Answer, Client},
    runner::gate::Gate,
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Person, Service, Stage,
        guesses::{ANA, guess, login, right, wrong},
    },
    shape,
};
use futures::future::join_all;
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

scenarios![
    the_fifth_failure_locks needs Clock,
    what_somebody_wrote_into_the_counters_lets_nobody_guess,
    the_window_slides needs Clock,
    each_lock_is_twice_as_long needs Clock,
    a_success_begins_anew needs Clock,
    guesses_at_the_same_time_are_still_five,
    nothing_is_hashed_while_it_is_locked needs Passwords,
    an_account_that_does_not_exist_locks_alike,
    what_was_no_guess_is_taken_back needs Passwords,
    a_lock_outlives_the_process_and_holds_in_another,
    a_stranger_keeps_nobody_out_of_their_own_device,
    a_device_that_guesses_is_trusted_no_more,
    until_its_lock_has_been_over_for_a_day needs Clock,
    a_device_cookie_is_good_for_one_account_until_the_next_is_used,
    planted_device_cookies_hide_no_good_one,
    twenty_devices_are_remembered needs Clock,
    a_device_is_new_once,
    sign_ins_at_once_on_a_device_are_of_one,
    a_stolen_session_does_not_find_the_password,
    an_administrator_unlocks,
    an_operator_unlocks needs Commands,
];

const MINUTE: Duration = Duration::from_secs(60);

/// It is locked for so many seconds, for who knows the password too.
#[track_caller]
fn is_locked_for(answer: &Answer, seconds: u64) {
    answer.refused("ACCOUNT_LOCKED");
    assert_eq!(answer.json()["retryAfterSec"], seconds, "{answer}");
    assert_eq!(answer.header("retry-after"), seconds.to_string(), "{answer}");
}

fn events(service: &Service, kind: &str) -> i64 {
    service.number(&format!("SELECT count(*) FROM security_events WHERE event_type = '{kind}'"))
}

async fn the_fifth_failure_locks(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    assert_eq!(events(&service, "account_locked"), 1);
    is_locked_for(&login(&service.client(), right()).await, 900);
    is_locked_for(&login(&service.client(), wrong()).await, 900);
    service.advance(14 * MINUTE);
    is_locked_for(&login(&service.client(), right()).await, 60);
    service.advance(MINUTE);
    service.sign_in(ANA).await;
    assert_eq!(events(&service, "account_locked"), 1);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'login_failure'
                    AND json_extract(metadata, '$.reason') = 'locked' AND user_id IS NULL";
    let times = service.number(told);
    // At most once a minute in each instance, whoever hammers at it.
    assert!((2..=3).contains(&times), "{times}");
}

/// As large as a number can be, and further in the future than any clock.
async fn what_somebody_wrote_into_the_counters_lets_nobody_guess(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 1).await;
    for sql in [
        "INSERT INTO attempts SELECT counter, subject, since - 1000000, until, count, 9223372036854775807 FROM attempts",
        "UPDATE attempts SET count = -9223372036854775807",
        "UPDATE lockouts SET failures = -9223372036854775807",
    ] {
        service.sql(sql);
    }
    guess(&service, 5).await;
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
}

async fn the_window_slides(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for _ in 0..4 {
        guess(&service, 1).await;
        service.advance(4 * MINUTE);
    }
    // The first was sixteen minutes ago.
    guess(&service, 1).await;
    assert_eq!(events(&service, "account_locked"), 0);
    service.advance(2 * MINUTE);
    guess(&service, 1).await;
    is_locked_for(&login(&service.client(), right()).await, 900);
}

async fn each_lock_is_twice_as_long(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    for minutes in [15, 30, 60, 120, 240, 480, 960, 1440, 1440] {
        guess(&service, 5).await;
        is_locked_for(&login(&service.client(), right()).await, minutes * 60);
        service.advance(MINUTE * u32::try_from(minutes).expect("few"));
    }
    // A day after its end it is forgotten.
    service.advance(24 * 60 * MINUTE);
    guess(&service, 5).await;
    is_locked_for(&login(&service.client(), right()).await, 900);
}

async fn a_success_begins_anew(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    service.advance(15 * MINUTE);
    guess(&service, 4).await;
    service.sign_in(ANA).await;
    guess(&service, 4).await;
    service.sign_in(ANA).await;
    guess(&service, 5).await;
    is_locked_for(&login(&service.client(), right()).await, 900);
}

async fn guesses_at_the_same_time_are_still_five(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let client = service.client();
    let answers = join_all((0..200).map(|_| client.post("/login", wrong()).into_future())).await;
    let heard = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(heard, 5, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 401) {
        assert!([429, 503].contains(&answer.status), "{answer}");
    }
    login(&client, right()).await.refused("ACCOUNT_LOCKED");
}

async fn nothing_is_hashed_while_it_is_locked(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    let verified = gate.verified();
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
    login(&service.client(), wrong()).await.refused("ACCOUNT_LOCKED");
    assert_eq!(gate.verified(), verified);
}

async fn an_account_that_does_not_exist_locks_alike(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let nobody = json!({ "email": "nobody@example.org", "password": PASSWORD });
    let told = async |body: Value| {
        let mut told = Vec::new();
        for _ in 0..7 {
            let answer = login(&service.client(), body.clone()).await;
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            told.push((
                answer.status,
                answer.json()["error"].clone(),
                answer.json()["message"].clone(),
                names,
            ));
        }
        told
    };
    assert_eq!(told(wrong()).await, told(nobody).await);
    assert_eq!(events(&service, "account_locked"), 2);
}

async fn what_was_no_guess_is_taken_back(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register(ANA).await;
    let before = service.number("SELECT count(*) FROM attempts");
    assert_eq!(service.number("SELECT count(*) FROM reservations"), 0);
    gate.refuse();
    for _ in 0..8 {
        login(&service.client(), wrong()).await.refused("OVERLOADED");
    }
    gate.open();
    assert_eq!(service.number("SELECT count(*) FROM attempts"), before);
    assert_eq!(service.number("SELECT count(*) FROM reservations"), 0);
    assert!(service.sign_in(ANA).await.is_signed_in().await);
}

async fn a_lock_outlives_the_process_and_holds_in_another(stage: Stage) {
    let mut service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    let beside = service.beside(service.clock()).await;
    login(&beside.client(), right()).await.refused("ACCOUNT_LOCKED");
    drop(beside);
    service.restart().await;
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
}

async fn a_stranger_keeps_nobody_out_of_their_own_device(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/logout", json!({})).await.ok();
    for _ in 0..3 {
        guess(&service, 5).await;
        login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
        // A mistake of her own, and the right one.
        login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
        login(&ana.client, right()).await.ok();
        // Which resets her own counter alone.
        login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
        service.sql("DELETE FROM lockouts WHERE counter = 'account'");
        service.sql("DELETE FROM attempts WHERE counter = 'account'");
    }
}

async fn a_device_that_guesses_is_trusted_no_more(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    guess(&service, 5).await;
    for _ in 0..5 {
        login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
    }
    login(&ana.client, right()).await.refused("ACCOUNT_LOCKED");
    assert_eq!(events(&service, "account_locked"), 2);
    let counters = "SELECT count(*) FROM security_events WHERE event_type = 'account_locked'
                        AND json_extract(metadata, '$.counter') = 'device'";
    assert_eq!(service.number(counters), 1);
}

/// Whether its row has been removed meanwhile or not.
async fn until_its_lock_has_been_over_for_a_day(stage: Stage) {
    for housekeeping in [false, true] {
        let service = stage.clone().start().await;
        let ana = service.someone().await;
        for _ in 0..5 {
            login(&ana.client, wrong()).await.refused("INVALID_CREDENTIALS");
        }
        service.advance(15 * MINUTE + 24 * 60 * MINUTE - MINUTE);
        if housekeeping {
            service.tick().await;
        }
        guess(&service, 5).await;
        login(&ana.client, right()).await.refused("ACCOUNT_LOCKED");
        service.advance(MINUTE + Duration::from_millis(1));
        login(&ana.client, right()).await.ok();
        login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
    }
}

async fn a_device_cookie_is_good_for_one_account_until_the_next_is_used(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let first = ana.client.cookie("mana_device").expect("a device cookie");
    login(&ana.client, right()).await.ok();
    let second = ana.client.cookie("mana_device").expect("a device cookie");
    assert_ne!(first, second, "each sign-in makes another");
    guess(&service, 5).await;
    let with = async |cookie: &str| {
        let client = service.client();
        client.set_cookie("mana_device", cookie);
        login(&client, right()).await
    };
    let mut changed = second.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("text");
    let bobs = bob.client.cookie("mana_device").expect("a device cookie");
    for cookie in [changed.as_str(), bobs.as_str(), "", "AAAA", &"A".repeat(112)] {
        with(cookie).await.refused("ACCOUNT_LOCKED");
    }
    // The answer with the second may have been lost, or two tabs have signed in at once.
    with(&first).await.ok();
    with(&second).await.ok();
    for used in [&first, &second] {
        with(used).await.refused("ACCOUNT_LOCKED");
    }
}

async fn planted_device_cookies_hide_no_good_one(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let good = ana.client.cookie("mana_device").expect("a device cookie");
    guess(&service, 5).await;
    let planted = format!("mana_device={}; ", "A".repeat(good.len())).repeat(20);
    let client = service.client();
    let call = client.post("/login", right()).without_cookies();
    call.header("cookie", &format!("{planted}mana_device={good}")).await.ok();
}

async fn twenty_devices_are_remembered(stage: Stage) {
    let service = stage.start().await;
    let first = service.someone().await;
    for _ in 0..20 {
        service.advance(MINUTE);
        service.sign_in(ANA).await;
    }
    assert_eq!(service.number("SELECT count(*) FROM devices"), 20);
    guess(&service, 5).await;
    login(&first.client, right()).await.refused("ACCOUNT_LOCKED");
}

async fn a_device_is_new_once(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert_eq!(events(&service, "device_new"), 1);
    login(&ana.client, right()).await.ok();
    assert_eq!(events(&service, "device_new"), 1, "known by its cookie");
    let named = json!({ "email": ANA, "password": PASSWORD, "deviceId": "phone-7", "deviceName": "Phone" });
    service.sign_in_with(named.clone()).await;
    service.sign_in_with(named.clone()).await;
    assert_eq!(events(&service, "device_new"), 2, "known by what it calls itself");
    // Which nobody is trusted for.
    guess(&service, 5).await;
    let body = json!({ "email": ANA, "password": PASSWORD, "deviceId": "phone-7" });
    login(&service.client(), body).await.refused("ACCOUNT_LOCKED");
}

async fn sign_ins_at_once_on_a_device_are_of_one(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let named = json!({ "email": ANA, "password": PASSWORD, "deviceId": "laptop" });
    let clients: Vec<Client> = (0..4).map(|_| service.client()).collect();
    let answers =
        join_all(clients.iter().map(|client| client.post("/login", named.clone()).into_future())).await;
    answers.iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(service.number("SELECT count(*) FROM devices"), 1);
    assert_eq!(events(&service, "device_new"), 1);
    guess(&service, 5).await;
    let known = join_all(clients.iter().map(|client| client.post("/login", right()).into_future())).await;
    let known = known.iter().filter(|answer| answer.status == 200).count();
    assert!(
        (1..=2).contains(&known),
        "the newest cookie counts, and until it is used the one before: {known}"
    );
}

async fn a_stolen_session_does_not_find_the_password(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let change =
        json!({ "currentPassword": OTHER_PASSWORD, "newPassword": "eleven herons paint the harbour" });
    for _ in 0..5 {
        ana.client.post("/change-password", change.clone()).await.refused("INVALID_CREDENTIALS");
    }
    let right = json!({ "currentPassword": PASSWORD, "newPassword": "eleven herons paint the harbour" });
    ana.client.post("/change-password", right).await.refused("ACCOUNT_LOCKED");
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.refused("ACCOUNT_LOCKED");
    assert!(service.sign_in(ANA).await.is_signed_in().await, "signing in is another matter");
}

async fn an_administrator_unlocks(stage: Stage) {
    let service = stage.start().await;
    let ana = service.register(ANA).await;
    let root = service.administrator().await;
    guess(&service, 4).await;
    let path = format!("/admin/users/{}/unlock", shape::text(&ana["id"]));
    root.client.post(&path, json!({})).await.ok();
    assert_eq!(events(&service, "account_unlocked"), 0, "it was not locked, and nothing is forgotten");
    guess(&service, 1).await;
    service.client().post(&path, json!({})).await.refused("UNAUTHENTICATED");
    root.client.post(&path, json!({})).origin("https://evil.example").await.refused("FORBIDDEN");
    root.client.post(&path, json!({})).await.ok();
    let person: Person = service.sign_in(ANA).await;
    person.client.post(&path, json!({})).await.refused("FORBIDDEN");
    let by = format!(
        "SELECT count(*) FROM security_events WHERE event_type = 'account_unlocked'
             AND json_extract(metadata, '$.by') = '{}'",
        shape::text(&root.user["id"])
    );
    assert_eq!(service.number(&by), 1);
    root.client
        .post("/admin/users/01890000-0000-7000-8000-000000000000/unlock", json!({}))
        .await
        .refused("NOT_FOUND");
}

async fn an_operator_unlocks(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    assert_eq!(service.operate(&["user", "unlock", ANA]).done().trim(), "unlocked");
    assert_eq!(service.operate(&["user", "unlock", ANA]).done().trim(), "it was not locked");
    service.sign_in(ANA).await;
    assert_eq!(events(&service, "account_unlocked"), 1);
    service.operate(&["user", "unlock", "nobody@example.org"]).not_done();
}
