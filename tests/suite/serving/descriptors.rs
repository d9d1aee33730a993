//! Few file descriptors, and many connections.

use crate::{
    client::Client,
    process::{settings, shared},
    runner::{Runner as _, binary::Binary},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};
use tempfile::TempDir;

/// Both limits, soft and hard.
const FEW: &str = "ulimit -n 1024; exec \"$@\"";
/// The soft one alone.
const FEW_AT_FIRST: &str = "ulimit -S -n 300; exec \"$@\"";

/// More than the process may have open.
const MANY: usize = 1100;

fn start(limit: &str, data: &TempDir) -> Binary {
    Binary::start(&["sh", "-c", limit, "sh"], data.path(), &settings()).expect("a start")
}

/// This process needs as many descriptors as it makes connections.
fn raise_our_limit() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).expect("a higher limit");
}

fn connect(binary: &Binary) -> TcpStream {
    let address = binary.base_url().replace("http://", "");
    TcpStream::connect(address).expect("a connection")
}

async fn management(binary: &Binary, path: &str) -> u16 {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
    let answer = client.get(format!("{}{path}", binary.management_url())).send().await;
    answer.unwrap_or_else(|error| panic!("{path}: {error}\n{}", binary.log())).status().as_u16()
}

pub async fn idle() {
    raise_our_limit();
    let data = TempDir::new().expect("a temporary folder");
    let binary = start(FEW, &data);
    let mut open = Vec::new();
    for _ in 0..MANY {
        let mut stream = connect(&binary);
        stream.write_all(b"GET /api/v1/auth/jwks HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("sent");
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        open.push(stream);
    }
    Client::new(shared(&[&binary])).get("/jwks").await.ok();
    assert_eq!(management(&binary, "/health").await, 200);
    assert_eq!(management(&binary, "/ready").await, 200);
    let log = binary.log();
    assert!(!log.contains("no connection can be accepted"), "{log}");
    assert!(log.contains("too few descriptors"), "{log}");
}

pub async fn full() {
    raise_our_limit();
    let data = TempDir::new().expect("a temporary folder");
    let binary = start(FEW, &data);
    // They say nothing: none of them idles, so none makes room.
    let open: Vec<TcpStream> = (0..MANY).map(|_| connect(&binary)).collect();
    for path in ["/health", "/ready", "/metrics"] {
        assert_eq!(management(&binary, path).await, 200, "{path}");
    }
    assert_eq!(open.len(), MANY);
}

pub async fn raised() {
    let data = TempDir::new().expect("a temporary folder");
    let binary = start(FEW_AT_FIRST, &data);
    let limits =
        fs::read_to_string(format!("/proc/{}/limits", binary.pid().as_raw_nonzero())).expect("proc(5)");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("the limit");
    let [soft, hard] = [3, 4].map(|word| line.split_whitespace().nth(word).expect("a number"));
    assert_eq!(soft, hard, "{line}");
}
