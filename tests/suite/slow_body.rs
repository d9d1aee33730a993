//! A client that stops in the middle of a body, before the front (`wasi-http/`): on a runtime whose time runs on by
//! itself as soon as everybody waits.

use crate::{
    client::API,
    runner::{Runner as _, spin::Spin},
    service::SECRET,
};
use libtest_mimic::Trial;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Duration, Instant},
};

pub fn trials() -> impl Iterator<Item = Trial> {
    std::iter::once(Trial::test("spin::slow_body::has_ten_seconds", || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().expect("a runtime").block_on(has_ten_seconds());
        Ok(())
    }))
}

async fn has_ten_seconds() {
    let data = TempDir::new().expect("a folder");
    let settings = [("secrets".to_owned(), SECRET.to_owned())].into();
    let spin = Spin::start(data.path(), &settings, std::sync::Arc::default(), None).await;
    let address = spin.base_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    let request = format!(
        "POST {API}/login HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: 100\r\nconnection: close\r\n\r\n{{\"email\":"
    );
    stream.write_all(request.as_bytes()).await.expect("half a request");
    let start = Instant::now();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an end");
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"REQUEST_TIMEOUT\""), "{answer}");
    let waited = start.elapsed();
    assert!((Duration::from_secs(10)..Duration::from_secs(11)).contains(&waited), "{waited:?}");
}
