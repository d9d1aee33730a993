//! When an answer is given again without the component, and when it is not.

use crate::support::{Answer, House};
use mana_auth::{
    clock::Clock as _,
    invalidations::{Freshness, Position},
    random::{Random as _, SeededRandom},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Names and values.
type Fields = &'static [(&'static str, &'static str)];

/// A house in which nobody is touched.
async fn house() -> House {
    let house = House::with_one_worker().await;
    house.invalidations.say_current(1);
    house
}

/// Whether the second of two requests is answered with the first one's answer.
async fn is_given_again(house: &House, target: &str, headers: &[(&str, &str)]) -> bool {
    let first = house.api.ask("GET", target, headers, b"").await;
    first.body == house.api.ask("GET", target, headers, b"").await.body
}

async fn number(house: &House) -> String {
    house.api.get("/again").await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_but_for_its_id() {
    let house = house().await;
    let but_for_its_id = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("date");
        (headers.remove("x-request-id").expect("an id"), headers)
    };
    let answers = [house.api.get("/again").await, house.api.get("/again").await];
    let [(first_id, first), (second_id, second)] = answers.each_ref().map(but_for_its_id);
    assert_eq!((first, &answers[0].body), (second, &answers[1].body));
    assert_ne!(first_id, second_id);
    let [told, counted] =
        ["mana_auth_answers_repeated_total", "mana_auth_session_reads_total{source=\"cookie\"}"];
    assert_eq!(house.metric(told).await, Some(1));
    // The component of this house counts nothing itself.
    assert_eq!(house.metric(counted).await, Some(1));
    let requests = r#"mana_auth_requests_total{route="/again",method="GET",status="200"}"#;
    assert_eq!(house.metric(requests).await, Some(2));
    assert_eq!(house.metric(r#"mana_auth_db_statements_total{kind="view"}"#).await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_a_request_says() {
    let house = House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        config.requests_per_second = 0;
    })
    .await;
    house.invalidations.say_current(1);
    let first = number(&house).await;
    for (target, field) in [
        ("/again?whatever", ("a", "b")),
        ("/again?until=1", ("a", "b")),
        ("/again", ("user-agent", "another")),
        ("/again", ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
        ("/again", ("x-forwarded-for", "203.0.113.9")),
        ("/again", ("x-request-id", "a-proxys-own")),
        ("/again", ("accept", "text/html")),
        ("/again", ("accept-language", "de")),
        ("/again", ("sec-fetch-site", "cross-site")),
        ("/again", ("referer", "https://evil.example/")),
        ("/again", ("content-length", "0")),
        ("http://elsewhere.example/again", ("a", "b")),
    ] {
        let answer = house.api.ask("GET", target, &[field], b"").await;
        assert_eq!(answer.body, first, "{target} {field:?}");
        assert_eq!(answer.header("x-request-id") == Some("a-proxys-own"), field.0 == "x-request-id");
    }
    // The bounds of a request hold for these, too.
    let long = house.api.get(&format!("/again?{}", "x".repeat(9000))).await;
    assert_eq!(long.error(), "HEADERS_TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn but_what_differs_in_one_field_is_another_request() {
    let house = House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        config.requests_per_second = 0;
    })
    .await;
    house.invalidations.say_current(1);
    let requests: [(_, _, Fields); 18] = [
        ("GET", "/again", &[]),
        ("GET", "/again/elsewhere", &[]),
        ("GET", "/again", &[("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.9")]),
        ("GET", "/again", &[("cookie", "a=b")]),
        ("GET", "/again", &[("cookie", "a=b"), ("user-agent", "another")]),
        ("GET", "/again", &[("cookie", "a=c")]),
        ("GET", "/again", &[("cookie", "a=b; c=d")]),
        ("GET", "/again", &[("cookie", "a=b"), ("cookie", "c=d")]),
        ("GET", "/again", &[("cookie", "c=d"), ("cookie", "a=b")]),
        ("GET", "/again", &[("cookie", "")]),
        ("GET", "/again", &[("authorization", "Bearer a")]),
        ("GET", "/again", &[("authorization", "Bearer b")]),
        ("GET", "/again", &[("authorization", "Bearer a"), ("authorization", "Bearer a")]),
        ("GET", "/again", &[("origin", "a=b")]),
        ("GET", "/again", &[("authorization", "a=b")]),
        ("GET", "/again", &[("cookie", "a=b"), ("origin", "https://app.example.org")]),
        ("GET", "/again", &[("cookie", "a=b"), ("authorization", "Bearer a")]),
        ("GET", "/again", &[("cookie", "a=bauthorization")]),
    ];
    let mut seen = BTreeSet::new();
    for (method, target, headers) in requests {
        let answer = house.api.ask(method, target, headers, b"").await;
        assert!(seen.insert(answer.body), "{method} {target} {headers:?}");
    }
    // What is asked for with HEAD has no content, and is another answer.
    let head = house.api.ask("HEAD", "/again", &[], b"").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(house.metric("mana_auth_answers_repeated_total").await, Some(0));
    let again = house.api.ask("HEAD", "/again", &[], b"").await;
    assert_eq!((again.body.as_str(), again.header("content-length")), ("", head.header("content-length")));
    assert_eq!(house.metric("mana_auth_answers_repeated_total").await, Some(1));
}

/// Of random requests, each is asked twice with random other fields: the second time it is given again, and no two that differ in a field
/// that counts ever get the same.
#[tokio::test(flavor = "multi_thread")]
async fn by_its_named_fields_alone() {
    const VALUES: [&str; 6] = ["a=b", "a=b; c=d", "Bearer a", "a", "", "https://app.example.org"];
    const OTHERS: [&str; 8] = [
        "user-agent",
        "traceparent",
        "x-forwarded-for",
        "x-request-id",
        "accept",
        "referer",
        "host-of",
        "dnt",
    ];
    let house = House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        config.requests_per_second = 0;
    })
    .await;
    house.invalidations.say_current(1);
    let random = SeededRandom::new(1);
    let up_to = |most: usize| {
        let mut byte = [0];
        random.fill(&mut byte).expect("chance");
        usize::from(byte[0]) % (most + 1)
    };
    let mut seen = BTreeMap::new();
    for _ in 0..400 {
        let path = ["/again", "/again/elsewhere"][up_to(1)];
        let mut named = Vec::new();
        for name in ["cookie", "authorization", "origin"] {
            named.extend((0..up_to(2)).map(|_| (name, VALUES[up_to(5)])));
        }
        // Named where there is a cookie.
        let has_cookie = named.iter().any(|(name, _)| *name == "cookie");
        named.extend((0..up_to(2)).filter(|_| has_cookie).map(|_| ("user-agent", VALUES[up_to(5)])));
        let is_https = up_to(1) == 1;
        let ask = async || {
            let target = format!("{path}{}", ["", "?a", "?until=9", "?b=c"][up_to(3)]);
            let mut fields = named.clone();
            fields.extend(is_https.then_some(("x-forwarded-proto", "https")));
            let others = &OTHERS[usize::from(has_cookie)..];
            fields.extend((0..up_to(4)).map(|_| (others[up_to(others.len() - 1)], VALUES[up_to(5)])));
            house.api.ask("GET", &target, &fields, b"").await.body
        };
        let (first, second) = (ask().await, ask().await);
        let request = (path, is_https, named.clone());
        assert_eq!(first, second, "{request:?}");
        let other = seen.insert(first, request.clone());
        assert!(other.as_ref().is_none_or(|other| *other == request), "{other:?} and {request:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn never_where_it_is_about_more_than_one_answer() {
    let house = house().await;
    for (name, value) in [
        ("upgrade", "h2c"),
        ("range", "bytes=0-1"),
        ("if-range", "x"),
        ("if-match", "*"),
        ("if-none-match", "*"),
        ("if-modified-since", "Sat, 29 Oct 1994 19:43:31 GMT"),
        ("if-unmodified-since", "Sat, 29 Oct 1994 19:43:31 GMT"),
    ] {
        assert!(!is_given_again(&house, "/again", &[(name, value)]).await, "{name}");
    }
    let with_a_body = async || house.api.ask("GET", "/again", &[], b"x").await.body;
    assert_ne!(with_a_body().await, with_a_body().await);
    let post = async || house.api.post("/again").await.body;
    assert_ne!(post().await, post().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn never_what_is_not_of_the_kind_whatever_the_component_says() {
    let house = house().await;
    for kind in ["created", "cookie", "large", "nobody", "many", "until=0"] {
        assert!(!is_given_again(&house, &format!("/again?{kind}"), &[]).await, "{kind}");
    }
    assert!(!is_given_again(&house, "/instance", &[]).await, "the component says nothing of this one");
    assert!(is_given_again(&house, "/again", &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_long_as_nobody_touches_its_subjects() {
    let house = house().await;
    let first = number(&house).await;
    assert_eq!(house.invalidations.asked(), None);
    house.invalidations.say_current(5);
    assert_eq!(number(&house).await, first);
    let subjects = vec!["s:0".to_owned(), "s:1".to_owned()];
    let asked = |id| Some((subjects.clone(), Position { start: 7, id }));
    assert_eq!(house.invalidations.asked(), asked(1));
    // What was answered holds as far as that.
    assert_eq!(number(&house).await, first);
    assert_eq!(house.invalidations.asked(), asked(5));
    // Only the component can wait for an answer: it holds on for that long.
    house.invalidations.say(None);
    house.invalidations.say_current(5);
    assert_eq!(number(&house).await, first);
    for void in [Freshness::Touched, Freshness::Unknown] {
        let before = number(&house).await;
        house.invalidations.say(Some(void));
        let after = number(&house).await;
        assert_ne!(after, before);
        // What was made since is another answer, and the one before never comes back.
        house.invalidations.say_current(9);
        assert_eq!(number(&house).await, after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn until_its_time_is_over() {
    let house = house().await;
    let second = |seconds| Duration::from_secs(seconds);
    let ask = async |target| house.api.get(target).await.body;
    let first = ask("/again?until=10").await;
    house.clock.advance(second(10) - Duration::from_millis(1));
    assert_eq!(ask("/again?until=10").await, first);
    house.clock.advance(Duration::from_millis(1));
    let next = ask("/again?until=3600").await;
    assert_ne!(next, first);
    // A minute, whatever the component says.
    house.clock.advance(second(60) - Duration::from_millis(1));
    assert_eq!(ask("/again").await, next);
    house.clock.advance(Duration::from_millis(1));
    assert_ne!(ask("/again").await, next);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_either_clock() {
    let house = house().await;
    let now = house.clock.now();
    let first = number(&house).await;
    house.clock.set(now - 1);
    let second = number(&house).await;
    assert_ne!(first, second, "it was made in the future");
    house.clock.set(now + 3_600_000 - 2);
    assert_eq!(number(&house).await, second, "no time has passed, and the calendar lets it");
    house.clock.set(now + 3_600_000 - 1);
    let third = number(&house).await;
    assert_ne!(second, third, "the calendar is past its end");
    // The calendar stands still, as it were, and a minute passes.
    let now = house.clock.now();
    house.clock.advance(Duration::from_secs(60));
    house.clock.set(now);
    assert_ne!(number(&house).await, third);
}

/// Whoever asks in ever other words takes the room of one answer, and nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_about_the_same_subjects() {
    let house = House::with(|config| config.requests_per_second = 0).await;
    house.invalidations.say_current(1);
    let other = house.api.get("/again?other").await.body;
    let by = async |origin: &str| {
        house.api.ask("GET", "/again", &[("origin", origin), ("cookie", "a=b")], b"").await.body
    };
    let first = by("https://0.example").await;
    for n in 1..50 {
        by(&format!("https://{n}.example")).await;
    }
    let last = by("https://50.example").await;
    assert_eq!(by("https://50.example").await, last);
    assert_ne!(by("https://0.example").await, first);
    assert_eq!(house.api.get("/again?other").await.body, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_where_there_is_memory_for_it() {
    let house = House::with(|config| config.answer_memory = 0).await;
    house.invalidations.say_current(1);
    assert!(!is_given_again(&house, "/again", &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn and_each_counts_against_the_limits() {
    let house = House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        config.requests_per_second = 1;
    })
    .await;
    house.invalidations.say_current(1);
    let ask = async || house.api.ask("GET", "/again", &[("x-forwarded-for", "203.0.113.9")], b"").await;
    let first = ask().await.body;
    for _ in 1..5 {
        assert_eq!(ask().await.body, first);
    }
    let refused = ask().await;
    assert_eq!((refused.status, refused.error().as_str()), (429, "RATE_LIMITED"));
    assert_eq!(house.metric(r#"mana_auth_shed_total{what="requests"}"#).await, Some(1));
}
