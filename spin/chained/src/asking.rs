//! One call, and its bounds.

use bytes::Bytes;
use futures::{
    StreamExt as _,
    future::{Either, select},
};
use http::{Request, Response};
use spin_sdk::{
    http::{FullBody, body::IncomingBodyExt as _, send},
    wasip3::clocks::monotonic_clock,
};
use std::pin::pin;

/// The largest answer that is read. The auth service's are some hundreds of bytes.
pub const ANSWER: usize = 64 * 1024;
/// How long an answer may take, in nanoseconds: ten seconds, which is longer than its database waits for a lock.
const TIMEOUT: u64 = 10_000_000_000;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// It can't be asked: the application has no such component, or may not call it.
    Unreachable,
    /// It was asked, and the time is over.
    Slow,
    /// The answer is longer than anybody reads.
    Long,
    /// The answer ended early.
    Cut,
}

impl Error {
    /// In words for an operator.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "it can't be reached; is it in `allowed_outbound_hosts` of the app's component?"
            }
            Self::Slow => "it takes too long to answer",
            Self::Long => "its answer is too long",
            Self::Cut => "its answer ended early",
        }
    }
}

/// Asks, and reads the answer whole.
///
/// # Errors
///
/// Why there is none. A status that is an error is an answer.
pub async fn ask(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
    let (answer, time) = (pin!(answer(request)), pin!(monotonic_clock::wait_for(TIMEOUT)));
    match select(answer, time).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(Error::Slow),
    }
}

async fn answer(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
    let request = request.map(|body| FullBody::new(Bytes::from(body)));
    let (parts, body) = send(request).await.map_err(|_| Error::Unreachable)?.into_parts();
    let (mut stream, mut read) = (body.stream(), Vec::new());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Error::Cut)?;
        if read.len().saturating_add(chunk.len()) > ANSWER {
            return Err(Error::Long);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(Response::from_parts(parts, read))
}
