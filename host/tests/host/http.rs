//! From HTTP to the request's record, and back.

use crate::support::{House, members};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpStream;

async fn echo(house: &House, headers: &[(&str, &str)]) -> std::collections::BTreeMap<String, Value> {
    members(&house.api.ask("GET", "/echo?a=b", headers, b"").await.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_arrives_as_it_was_sent() {
    let house = House::with_one_worker().await;
    let record = echo(&house, &[("x-one", "1"), ("x-two", "2"), ("x-one", "3")]).await;
    assert_eq!(record["method"], "GET");
    assert_eq!(record["target"], "/echo?a=b");
    assert_eq!(record["authority"], "auth.example");
    assert_eq!(record["scheme"], "http");
    assert_eq!(record["peer"], "127.0.0.1");
    assert_eq!(record["hygiene"], true);
    let headers = record["headers"].as_array().expect("a list");
    assert!(!headers.contains(&json!("host")), "it travels as the authority");
    assert_eq!(headers.iter().filter(|name| *name == "x-one").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absolute_target_overrides_host() {
    let house = House::with_one_worker().await;
    let request = b"GET http://other.example:80/echo?c HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let record = members(&house.api.send(request).await.body);
    assert_eq!((&record["target"], &record["authority"]), (&json!("/echo?c"), &json!("other.example:80")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host() {
    let house = House::with_one_worker().await;
    for hosts in ["", "host: a\r\nhost: b\r\n"] {
        let request = format!("GET /echo HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        let answer = house.api.send(request.as_bytes()).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "VALIDATION_FAILED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn this_is_no_proxy() {
    let house = House::with_one_worker().await;
    let request = b"CONNECT other.example:443 HTTP/1.1\r\nhost: other.example\r\nconnection: close\r\n\r\n";
    assert_eq!(house.api.send(request).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_say_of_themselves_does_not_count() {
    let house = House::with_one_worker().await;
    let said = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"), ("x-request-id", "mine")];
    let record = echo(&house, &said).await;
    assert_eq!((&record["peer"], &record["scheme"]), (&json!("127.0.0.1"), &json!("http")));
    assert_ne!(record["id"], "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_trusted_proxies_say_counts() {
    let house =
        House::with(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")]).await;
    let said = [
        ("x-forwarded-for", "1.1.1.1, 203.0.113.9, 127.0.0.2"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "theirs"),
    ];
    let answer = house.api.ask("GET", "/echo", &said, b"").await;
    let record = members(&answer.body);
    assert_eq!((&record["peer"], &record["scheme"]), (&json!("203.0.113.9"), &json!("https")));
    assert_eq!(record["id"], "theirs");
    assert_eq!(answer.header("x-request-id"), Some("theirs"));
    assert!(answer.header("strict-transport-security").is_some(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_new_and_the_same_within_and_without() {
    let house = House::with_one_worker().await;
    let (one, other) = (house.api.get("/echo").await, house.api.get("/echo").await);
    assert_eq!(members(&one.body)["id"], one.header("x-request-id").expect("an id"));
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_get_without_its_content() {
    let house = House::with_one_worker().await;
    let answer = house.api.ask("HEAD", "/hello", &[], b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-length"), Some("5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_without_tls() {
    let house = House::with_one_worker().await;
    let stream = TcpStream::connect(house.api.address).await.expect("a connection");
    let (mut send, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let request =
        |target: &str| http::Request::get(format!("http://two.example{target}")).body(Empty::<Bytes>::new());
    let answers = ["/echo", "/hello"].map(|target| send.send_request(request(target).expect("a request")));
    let [echo, hello] = answers;
    let echo = echo.await.expect("an answer");
    assert_eq!(echo.headers()["x-content-type-options"], "nosniff");
    let echo = echo.into_body().collect().await.expect("a body").to_bytes();
    let record = members(std::str::from_utf8(&echo).expect("text"));
    assert_eq!(record["authority"], "two.example");
    assert_eq!(hello.await.expect("an answer").status(), 200);
    connection.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_address_knows_three_paths() {
    let house = House::with_one_worker().await;
    let management = house.management;
    assert_eq!(management.get("/health").await.body, "live\n");
    assert_eq!(management.get("/ready").await.body, "ready\n");
    assert_eq!(management.get("/other").await.error(), "NOT_FOUND");
    let refused = management.post("/ready").await;
    assert_eq!(
        (refused.error().as_str(), refused.header("allow")),
        ("METHOD_NOT_ALLOWED", Some("GET, HEAD"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_by_route_and_tell_what_the_component_counts() {
    let house = House::with_one_worker().await;
    house.api.get("/wait?anything").await;
    house.api.get("/count?success").await;
    house.api.get("/made-up-by-a-client").await;
    let metrics = house.management.get("/metrics").await.body;
    for line in [
        r#"mana_auth_requests_total{route="/wait",method="GET",status="200"} 1"#,
        r#"mana_auth_requests_total{route="",method="GET",status="404"} 1"#,
        r#"mana_auth_sign_ins_total{outcome="success"} 1"#,
        "mana_auth_instances 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains("made-up"));
}
