//! The answers that the host gives itself, in the component's shape.

use crate::workers::CallError;
use http::Method;
use mana_auth_hygiene::{Code, Problem};

/// How long a client should wait before it tries again, in seconds: the queue empties within it.
const RETRY_AFTER: u64 = 1;

/// Why the host answers a request itself: it did not reach the component, or the component's response can't be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestError {
    /// The caller's mistake: what is wrong with the request.
    Malformed(&'static str),
    HeadersTooLarge,
    PayloadTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The address asked too often; after how many seconds it may again.
    TooMany(u64),
    /// The queue is full: nothing was begun.
    Overloaded,
    /// The answer to a request that changes nothing took too long.
    LateRead,
    /// The answer to a request that may change something took too long; it may do so still.
    LateChange,
    /// The instance was ended while it worked on a request that changes nothing: trying again is safe.
    InterruptedRead,
    /// The instance was ended while it worked on a request that may have changed something.
    InterruptedChange,
    /// The component's answer is no HTTP, or this host can't go on. Our bug.
    Internal,
}

impl RequestError {
    pub(super) fn of_call(error: CallError, method: &Method) -> Self {
        match error {
            CallError::Overloaded => Self::Overloaded,
            // RFC 9110 §9.2.1
            CallError::Trapped if method.is_safe() => Self::InterruptedRead,
            CallError::Trapped => Self::InterruptedChange,
        }
    }

    pub(super) fn late(method: &Method) -> Self {
        if method.is_safe() { Self::LateRead } else { Self::LateChange }
    }

    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Malformed(wrong) => Problem::new(Code::ValidationFailed).message(wrong),
            Self::HeadersTooLarge => Problem::new(Code::HeadersTooLarge),
            Self::PayloadTooLarge => Problem::new(Code::PayloadTooLarge),
            Self::BodyTimeout => Problem::new(Code::RequestTimeout),
            Self::TooMany(seconds) => Problem::new(Code::RateLimited).retry_after(seconds),
            Self::Overloaded | Self::LateRead | Self::InterruptedRead => {
                Problem::new(Code::Overloaded).retry_after(RETRY_AFTER)
            }
            // No `Retry-After`: trying again could do it twice.
            Self::LateChange => Problem::new(Code::Overloaded),
            Self::InterruptedChange | Self::Internal => Problem::new(Code::Internal),
        }
    }
}
