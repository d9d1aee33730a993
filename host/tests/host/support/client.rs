//! A client that checks every answer for what every answer promises.

use std::{collections::BTreeMap, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A way to one of the addresses.
#[derive(Clone, Copy)]
pub struct Client {
    pub address: SocketAddr,
    api: bool,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Client {
    pub fn api(address: SocketAddr) -> Self {
        Self { address, api: true }
    }

    pub fn management(address: SocketAddr) -> Self {
        Self { address, api: false }
    }

    pub async fn get(self, target: &str) -> Answer {
        self.ask("GET", target, &[], b"").await
    }

    pub async fn post(self, target: &str) -> Answer {
        self.ask("POST", target, &[], b"").await
    }

    pub async fn ask(self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nhost: auth.example\r\nconnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("content-length: {}\r\n", body.len());
        }
        self.send(&[request.as_bytes(), b"\r\n", body].concat()).await
    }

    /// Sends bytes as they are and reads the answer to them.
    pub async fn send(self, request: &[u8]) -> Answer {
        self.parse(&self.exchange(request).await)
    }

    /// The same, for an answer that promises nothing.
    pub async fn exchange(self, request: &[u8]) -> String {
        let mut stream = self.open(request).await;
        let mut answer = Vec::new();
        // A server that refuses a request need not read it to its end, and may reset the connection then.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).expect("text")
    }

    /// Sends bytes as they are.
    pub async fn open(self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(request).await.expect("it is read");
        stream
    }

    pub fn parse(self, answer: &str) -> Answer {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let (status, fields) = head.split_once("\r\n").unwrap_or((head, ""));
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let fields = fields.split("\r\n").filter_map(|field| field.split_once(": "));
        let headers = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = Answer { status, headers, body: body.to_owned() };
        self.check(&answer);
        answer
    }

    fn check(self, answer: &Answer) {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{answer:?}");
        assert_eq!(answer.header("server"), None, "{answer:?}");
        assert_eq!(answer.header("x-request-id").is_some(), self.api, "{answer:?}");
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The code of an error in the one shape that errors have.
    pub fn error(&self) -> String {
        let problem = members(&self.body);
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert!(problem["message"].is_string(), "{self:?}");
        problem["error"].as_str().expect("a code").to_owned()
    }
}

/// The text of a JSON object, as a map of its members' text.
pub fn members(json: &str) -> BTreeMap<String, serde_json::Value> {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}
