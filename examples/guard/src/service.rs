//! The auth service, over HTTP: bounded in time, in size and in number.

use crate::Address;
use http::StatusCode;
use reqwest::{RequestBuilder, redirect::Policy};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a question may take, to the end of its answer. The service answers within milliseconds.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most of an answer that is read: that of the longest key set, and far more than a verdict.
const ANSWER: usize = 64 * 1024;
/// How many questions may be under way. One more gets no answer, rather than a place in a queue without end.
const QUESTIONS: usize = 256;

/// An auth service that can be asked.
pub(crate) struct Service {
    http: reqwest::Client,
    address: Address,
    room: Semaphore,
}

/// There is no HTTP client to be had.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct ClientError(reqwest::Error);

/// Why there is no answer: for the log. No token stands in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{QUESTIONS} questions are under way")]
    Busy,
    #[error("it can't be reached: {}", causes(.0))]
    Unreachable(reqwest::Error),
    #[error("it answers with {0}")]
    Status(StatusCode),
    #[error("its answer has more than {ANSWER} bytes")]
    TooLong,
    #[error("its answer is not understood")]
    NotUnderstood,
}

impl Service {
    pub(crate) fn new(address: Address) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            // Tokens go to the address and nowhere else, and keys come from nowhere else: neither another service
            // nor the environment (`HTTP_PROXY`) says where.
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .map_err(ClientError)?;
        Ok(Self { http, address, room: Semaphore::new(QUESTIONS) })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        self.ask(|| self.http.get(self.address.at(path))).await
    }

    /// Asks with a body of JSON, which must change nothing: it may be asked twice.
    pub(crate) async fn ask_with(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, Trouble> {
        let request = || {
            let request = self.http.post(self.address.at(path));
            request.header(http::header::CONTENT_TYPE, "application/json").body(body.to_vec())
        };
        self.ask(request).await
    }

    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> Result<Vec<u8>, Trouble> {
        let _room = self.room.try_acquire().map_err(|_| Trouble::Busy)?;
        let answer = match request().send().await {
            // A connection that was kept may be closed by the other end just when it is used again.
            Err(error) if !error.is_connect() && !error.is_timeout() => request().send().await,
            answer => answer,
        };
        let mut answer = answer.map_err(Trouble::Unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(Trouble::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(Trouble::Unreachable)? {
            if body.len() + chunk.len() > ANSWER {
                return Err(Trouble::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// reqwest says what it did and not why that failed.
fn causes(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
