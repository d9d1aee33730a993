//! The keys of the first way: how old they get, and how they are renewed.

use crate::{
    app::{UNAVAILABLE, admits, ask},
    house::{House, PUBLIC_URL, Person, SameClock},
    stub::Stub,
};
use futures::future::join_all;
use mana_auth_example_guard::{Expected, Guard, Offline};

/// A guard that fetches keys from the stub, which has those of the service.
async fn behind(house: &House) -> (Stub, Guard) {
    let stub = Stub::start(200, &house.jwks().await).await;
    let guard = guard(house, &stub);
    (stub, guard)
}

fn guard(house: &House, stub: &Stub) -> Guard {
    let expected = Expected { issuer: PUBLIC_URL.to_owned(), audience: PUBLIC_URL.to_owned() };
    Guard::new(
        Offline::new(stub.address.clone(), expected, SameClock(house.clock.clone())).expect("a client"),
    )
}

/// A token that looks like one and names a key that nobody has: the n-th of them.
fn made_up(n: u8) -> String {
    use mana_auth_tokens::SigningKey;
    let key = SigningKey::from_seed([n; 32]);
    let claims = serde_json::from_value(serde_json::json!({
        "sub": "u", "email": "eve@example.org", "email_verified": true, "role": "admin", "sid": "s",
        "iss": PUBLIC_URL, "aud": PUBLIC_URL, "iat": 0, "exp": u64::MAX, "pos": "0.0",
    }));
    key.sign(&claims.expect("claims"))
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (stub, guard) = behind(&house).await;
    let all = join_all((0..20).map(|_| admits(&guard, &ada.access))).await;
    assert!(all.into_iter().all(|admitted| admitted));
    house.advance(239);
    assert!(admits(&guard, &ada.access).await);
    assert_eq!(stub.asked(), 1);
    // In passing, so that nobody waits for it.
    house.advance(1);
    stub.open(false);
    assert!(admits(&guard, &ada.access).await);
    stub.was_asked(2).await;
    stub.open(true);
}

#[tokio::test]
async fn a_rotation_is_picked_up() {
    let house = House::start().await;
    let ada = house.someone().await;
    let guard = house.offline();
    assert!(admits(&guard, &ada.access).await);
    let before = house.kids().await;
    house.rotate().await;
    let after = house.kids().await;
    assert_eq!((before.len(), after.len()), (1, 2));
    // Published, and known to whoever asks again in these ten minutes.
    house.advance(601);
    let fresh = house.refreshed(Person { access: ada.access.clone(), refresh: ada.refresh }).await;
    assert_ne!(kid(&fresh.access), kid(&ada.access), "another key signs");
    assert!(admits(&guard, &fresh.access).await);
    assert!(admits(&guard, &ada.access).await, "the last one's tokens are good until they expire");
}

#[tokio::test]
async fn a_key_that_replaces_a_revoked_one_is_asked_for_at_once() {
    let house = House::start().await;
    let ada = house.someone().await;
    let guard = house.offline();
    assert!(admits(&guard, &ada.access).await);
    house.advance(10);
    for kid in house.kids().await {
        house.revoke(kid).await;
    }
    assert!(admits(&guard, &ada.access).await, "nobody has told it");
    let fresh = house.refreshed(Person { access: ada.access.clone(), refresh: ada.refresh }).await;
    assert!(admits(&guard, &fresh.access).await);
    assert!(!admits(&guard, &ada.access).await, "now it knows");
}

#[tokio::test]
async fn a_revoked_key_is_refused_after_five_minutes() {
    let house = House::start().await;
    let ada = house.someone().await;
    let guard = house.offline();
    assert!(admits(&guard, &ada.access).await);
    for kid in house.kids().await {
        house.revoke(kid).await;
    }
    house.advance(300);
    assert!(!admits(&guard, &ada.access).await);
}

#[tokio::test]
async fn unknown_keys_make_it_ask_once_in_ten_seconds() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (stub, guard) = behind(&house).await;
    assert!(admits(&guard, &ada.access).await);
    let flood = || async {
        let tokens: Vec<_> = (0..20).map(made_up).collect();
        let all = join_all(tokens.iter().map(|token| admits(&guard, token))).await;
        assert!(all.into_iter().all(|admitted| !admitted));
    };
    flood().await;
    house.advance(9);
    flood().await;
    assert_eq!(stub.asked(), 1);
    house.advance(1);
    flood().await;
    flood().await;
    assert_eq!(stub.asked(), 2);
    assert!(admits(&guard, &ada.access).await);
}

#[tokio::test]
async fn about_an_unknown_key_nothing_is_said_where_the_service_is_out() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (stub, guard) = behind(&house).await;
    assert!(admits(&guard, &ada.access).await);
    stub.answers(503, "");
    house.advance(10);
    assert_eq!(ask(&guard, &made_up(1)).await.verdict(), UNAVAILABLE);
    assert_eq!(ask(&guard, &made_up(2)).await.verdict(), UNAVAILABLE);
    assert_eq!(stub.asked(), 2);
    assert!(admits(&guard, &ada.access).await, "its key is known");
}

#[tokio::test]
async fn who_goes_away_takes_no_keys_along() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (stub, guard) = behind(&house).await;
    stub.open(false);
    tokio::select! {
        biased;
        _ = ask(&guard, &ada.access) => panic!("there are no keys yet"),
        () = stub.was_asked(1) => {}
    }
    stub.open(true);
    assert!(admits(&guard, &ada.access).await);
    assert_eq!(stub.asked(), 1);
}

#[tokio::test]
async fn a_service_that_comes_back_is_noticed() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (stub, guard) = behind(&house).await;
    let jwks = house.jwks().await;
    assert!(admits(&guard, &ada.access).await);
    stub.answers(500, &jwks);
    house.advance(299);
    assert!(admits(&guard, &ada.access).await);
    house.advance(1);
    assert_eq!(ask(&guard, &ada.access).await.verdict(), UNAVAILABLE);
    let asked = stub.asked();
    assert_eq!(ask(&guard, &ada.access).await.verdict(), UNAVAILABLE);
    assert_eq!(stub.asked(), asked, "asked once a second");
    stub.answers(200, &jwks);
    house.advance(1);
    assert!(admits(&guard, &ada.access).await);
}

#[tokio::test]
async fn what_is_no_key_set_is_no_answer() {
    let house = House::start().await;
    let ada = house.someone().await;
    let jwks = house.jwks().await;
    let long = format!("{jwks}{}", " ".repeat(64 * 1024));
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, r#"{"keys":[]}"#),
        (200, r#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#),
        (200, "<html>"),
        (200, &long),
        (302, &jwks),
        (404, &jwks),
        (500, &jwks),
    ] {
        let stub = Stub::start(status, body).await;
        let guard = guard(&house, &stub);
        assert_eq!(ask(&guard, &ada.access).await.verdict(), UNAVAILABLE, "{status}");
        stub.answers(200, &jwks);
        house.advance(1);
        assert!(admits(&guard, &ada.access).await, "{status}");
    }
}

fn kid(token: &str) -> &str {
    token.split('.').next().expect("a header")
}
