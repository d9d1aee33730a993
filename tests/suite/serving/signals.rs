//! Signals that end it.

use crate::{
    client::Client,
    process::{settings, shared},
    runner::{Runner as _, binary::Binary},
};
use rustix::process::Signal;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};
use tempfile::TempDir;

pub async fn hang_up() {
    let data = TempDir::new().expect("a temporary folder");
    // Whoever runs the tests may have ignored it.
    let by = ["env", "--default-signal=HUP"];
    let mut binary = Binary::start(&by, data.path(), &settings()).expect("a start");
    binary.signal(Signal::HUP);
    assert!(binary.ended().success(), "{}", binary.log());
    assert!(binary.log().contains("requests in progress may finish"), "{}", binary.log());
}

pub async fn ignored() {
    let data = TempDir::new().expect("a temporary folder");
    let by = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    let mut binary = Binary::start(&by, data.path(), &settings()).expect("a start");
    binary.signal(Signal::HUP);
    Client::new(shared(&[&binary])).get("/jwks").await.ok();
    binary.terminate();
}

/// What a client sent before the end was told is answered, also where nobody had looked at its connection.
pub async fn accept_queue() {
    let data = TempDir::new().expect("a temporary folder");
    let mut binary = Binary::start(&[], data.path(), &settings()).expect("a start");
    binary.signal(Signal::STOP);
    let address = binary.base_url().replace("http://", "");
    let mut waiting: Vec<TcpStream> = Vec::new();
    for _ in 0..400 {
        let mut stream = TcpStream::connect(&address).expect("a connection, by the system");
        stream.write_all(b"GET /api/v1/auth/jwks HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("sent");
        waiting.push(stream);
    }
    binary.signal(Signal::TERM);
    binary.signal(Signal::CONT);
    for mut stream in waiting {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer, and the end of the connection");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(binary.ended().success(), "{}", binary.log());
}
