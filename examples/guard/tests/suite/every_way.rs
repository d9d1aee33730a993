//! What the three ways have in common, and where they differ.

use crate::{
    app::{INVALID, UNAVAILABLE, admits, app, ask, request},
    house::{House, OTHER_AUDIENCE, PUBLIC_URL},
};
use std::{
    io,
    sync::{Arc, Mutex},
};

#[tokio::test]
async fn a_valid_token_says_who() {
    let house = House::start().await;
    let ada = house.someone().await;
    for (way, guard) in house.every_way() {
        let answer = ask(&guard, &ada.access).await;
        assert_eq!(answer.status, 200, "{way}: {}", answer.body);
        let claims = answer.json();
        assert_eq!(
            (&claims["email"], &claims["role"], &claims["email_verified"]),
            (&"ada@example.org".into(), &"user".into(), &false.into()),
            "{way}"
        );
        assert!(claims["sub"].is_string() && claims["sid"].is_string() && claims["exp"].is_u64(), "{way}");
    }
}

#[tokio::test]
async fn who_brings_no_token_is_told_so() {
    let house = House::start().await;
    let ada = house.someone().await;
    let bearer = format!("Bearer {}", ada.access);
    for (way, guard) in house.every_way() {
        for path in ["/me", "/inside"] {
            for none in [&[][..], &["Basic eA=="], &[ada.access.as_str()]] {
                let answer = request(app(&guard), path, none).await;
                assert_eq!(answer.verdict(), (401, "Bearer"), "{way}");
                assert_eq!(answer.json()["error"], "UNAUTHENTICATED");
            }
            let answer = request(app(&guard), path, &[&bearer, &bearer]).await;
            assert_eq!(answer.verdict(), (400, r#"Bearer error="invalid_request""#), "{way}");
        }
        // A token in the address is a token in everybody's logs.
        let path = format!("/me?access_token={}", ada.access);
        assert_eq!(request(app(&guard), &path, &[]).await.verdict(), (401, "Bearer"), "{way}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let house = House::start().await;
    let ada = house.someone().await;
    let (body, signature) = ada.access.rsplit_once('.').expect("a token");
    let (header, claims) = body.split_once('.').expect("a token");
    let other = if claims.starts_with('e') { "f" } else { "e" };
    for (way, guard) in house.every_way() {
        for token in [
            "",
            "x",
            "a.b.c",
            &ada.refresh,
            &format!("{body}."),
            &format!("{body}.{}", signature.to_uppercase()),
            &format!("{header}.{other}{}.{signature}", &claims[1..]),
            &format!("{}.{}", ada.access, "A".repeat(5_000)),
            // {"alg":"none","typ":"JWT"}
            &format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."),
        ] {
            assert_eq!(ask(&guard, token).await.verdict(), INVALID, "{way}: {token}");
        }
        assert!(admits(&guard, &ada.access).await, "{way}");
    }
}

#[tokio::test]
async fn another_key_is_refused() {
    let (house, foreign) = (House::start().await, House::start().await);
    let eve = foreign.someone().await;
    for (way, guard) in house.every_way() {
        assert!(!admits(&guard, &eve.access).await, "{way}");
    }
    for (way, guard) in foreign.every_way() {
        assert!(admits(&guard, &eve.access).await, "{way}: at home it is good");
    }
}

#[tokio::test]
async fn another_audience_is_refused() {
    let house = House::start().await;
    let ada = house.someone().await;
    let token = house.service_token(&ada).await;
    for (way, guard) in house.every_way() {
        assert!(!admits(&guard, &token).await, "{way}");
    }
    let reports = house.offline_for(PUBLIC_URL, OTHER_AUDIENCE);
    assert!(admits(&reports, &token).await, "the backend that it is for");
    assert!(!admits(&reports, &ada.access).await);
    // It is good for a minute.
    house.advance(61);
    assert!(!admits(&reports, &token).await);
}

#[tokio::test]
async fn another_issuer_is_refused() {
    const RENAMED: &str = "http://localhost:3003";
    let house = House::start().await;
    let ada = house.someone().await;
    assert!(!admits(&house.offline_for(RENAMED, PUBLIC_URL), &ada.access).await);
    // The same keys, under another name.
    let house = house.renamed(RENAMED).await;
    let ways = [
        ("offline", house.offline_for(RENAMED, RENAMED)),
        ("remote", house.remote()),
        ("embedded", house.embedded()),
    ];
    let fresh = house.refreshed(crate::house::Person { access: String::new(), refresh: ada.refresh }).await;
    for (way, guard) in ways {
        assert!(!admits(&guard, &ada.access).await, "{way}");
        assert!(admits(&guard, &fresh.access).await, "{way}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_fifteen_minutes() {
    let house = House::start().await;
    let ada = house.someone().await;
    let ways = house.every_way();
    house.advance(14 * 60 + 59);
    for (way, guard) in &ways {
        assert!(admits(guard, &ada.access).await, "{way}");
    }
    house.advance(2);
    for (way, guard) in &ways {
        assert!(!admits(guard, &ada.access).await, "{way}");
    }
}

#[tokio::test]
async fn who_signed_out_is_out_at_once_but_for_who_does_not_ask() {
    let house = House::start().await;
    let ada = house.someone().await;
    let [(_, offline), (_, remote), (_, embedded)] = house.every_way();
    for guard in [&offline, &remote, &embedded] {
        assert!(admits(guard, &ada.access).await);
    }
    house.sign_out(&ada).await;
    assert!(!admits(&remote, &ada.access).await);
    assert!(!admits(&embedded, &ada.access).await);
    assert!(admits(&offline, &ada.access).await, "nobody has told it");
    house.advance(14 * 60 + 59);
    assert!(admits(&offline, &ada.access).await, "to the end");
    house.advance(1);
    assert!(!admits(&offline, &ada.access).await);
}

#[tokio::test]
async fn without_the_service_nobody_is_let_through() {
    let house = House::start().await;
    let ada = house.someone().await;
    let cold = house.every_way();
    // These have let somebody through before, and have connections that are open.
    let warm = house.every_way();
    for (way, guard) in &warm {
        assert!(admits(guard, &ada.access).await, "{way}");
    }
    let clock = house.clock.clone();
    house.stop().await;
    for (way, guard) in cold.iter().chain(&warm[1..]) {
        let answer = ask(guard, &ada.access).await;
        assert_eq!(answer.verdict(), UNAVAILABLE, "{way}");
        assert!(answer.headers.contains_key("retry-after"), "{way}");
    }
    // Its keys are still good, and later are not.
    assert!(admits(&warm[0].1, &ada.access).await);
    clock.advance(std::time::Duration::from_secs(300));
    assert_eq!(ask(&warm[0].1, &ada.access).await.verdict(), UNAVAILABLE);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer({
            let log = log.clone();
            move || log.clone()
        })
        .finish();
    // For the whole program: what other tests log stands there too, and does no harm.
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    let house = House::start().await;
    let ada = house.someone().await;
    let ways = house.every_way();
    let elsewhere = house.offline_for("https://elsewhere.example", PUBLIC_URL);
    for (_, guard) in &ways {
        admits(guard, &ada.access).await;
        admits(guard, &format!("{}x", ada.access)).await;
    }
    admits(&elsewhere, &ada.access).await;
    house.stop().await;
    for (_, guard) in &ways {
        ask(guard, &ada.access).await;
    }
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    for expected in ["from another issuer", "no answer from the auth service", "could not be checked"] {
        assert!(log.contains(expected), "the log lacks `{expected}`: {log}");
    }
    for secret in ada.access.split('.').skip(1) {
        assert!(!log.contains(secret), "a token stands in the log");
    }
}
