//! The second way, where something else than a sound service answers.

use crate::{
    app::{UNAVAILABLE, admits, ask},
    stub::Stub,
};
use mana_auth_example_guard::{Address, Guard, Remote};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const YES: &str = r#"{"valid":true,"payload":{"sub":"u","email":"ada@example.org","email_verified":true,"role":"user","sid":"s","iss":"i","aud":"a","iat":1,"exp":2,"pos":"3.0"}}"#;
const NO: &str = r#"{"valid":false,"error":"SESSION_REVOKED"}"#;

fn guard(stub: &Stub) -> Guard {
    Guard::new(Remote::new(stub.address.clone()).expect("a client"))
}

#[tokio::test]
async fn each_request_is_asked_about() {
    let stub = Stub::start(200, YES).await;
    let guard = guard(&stub);
    assert!(admits(&guard, "a.b.c").await);
    stub.answers(200, NO);
    assert!(!admits(&guard, "a.b.c").await);
    // Each of them was asked by two handlers.
    assert_eq!(stub.asked(), 4);
}

#[tokio::test]
async fn what_is_neither_yes_nor_no_lets_nobody_through() {
    let long = format!("{YES}{}", " ".repeat(64 * 1024));
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, "<html>"),
        (200, &long[..]),
        (201, YES),
        (204, ""),
        (301, YES),
        (307, YES),
        (400, NO),
        (401, NO),
        (403, YES),
        (429, YES),
        (500, YES),
        (503, YES),
    ] {
        let stub = Stub::start(status, body).await;
        let answer = ask(&guard(&stub), "a.b.c").await;
        assert_eq!(answer.verdict(), UNAVAILABLE, "{status} {}", answer.body);
        assert_eq!(stub.asked(), 2, "{status}: nobody is sent elsewhere with a token");
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_given_up() {
    let stub = Stub::start(200, YES).await;
    let guard = guard(&stub);
    assert!(admits(&guard, "a.b.c").await);
    stub.open(false);
    // From here on, time passes as soon as everybody waits.
    tokio::time::pause();
    assert_eq!(ask(&guard, "a.b.c").await.verdict(), UNAVAILABLE);
}

#[tokio::test]
async fn a_connection_that_is_closed_when_it_is_used_again_is_no_trouble() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    // Answers the first question of each connection, and reads one more before it hangs up.
    let serving = tokio::spawn(async move {
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{YES}", YES.len());
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            question(&mut socket).await;
            socket.write_all(answer.as_bytes()).await.expect("a client that listens");
            question(&mut socket).await;
        }
    });
    let guard = Guard::new(Remote::new(Address::parse(&address).expect("an address")).expect("a client"));
    assert!(admits(&guard, "a.b.c").await);
    drop(guard);
    serving.await.expect("two connections");
}

/// Reads a request to its end, or to the connection's.
async fn question(socket: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"}") && socket.read_buf(&mut read).await.expect("bytes") > 0 {}
}
