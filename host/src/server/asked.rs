//! What is known of a request before anything is done for it.

use super::{id::RequestId, internal::InternalCall};
use http::request::Parts;
use mana_auth_hygiene::Caller;
use std::time::Duration;

/// A request, but for its body.
pub(super) struct Asked {
    pub(super) head: Parts,
    pub(super) caller: Caller,
    /// Whether it may come in the clear where others may not.
    pub(super) internal: Option<InternalCall>,
    /// None where the random source has failed.
    pub(super) id: Option<RequestId>,
    /// When it came, by the monotonic clock.
    pub(super) at: Duration,
}
