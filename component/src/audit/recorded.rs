//! Events of other components. They append to the same log, each under a source that whoever links it has decided on.

use crate::ids::{self, UserId};
use crate::{error::FieldProblem, events::EventType, text};
use mana_auth_audit::{BadSource, Source};
use serde_json::{Map, Value};
use std::net::IpAddr;

/// The longest kind, and the longest user agent, in characters.
const KIND: usize = 64;
const USER_AGENT: usize = 512;
/// The longest metadata, in bytes.
const METADATA: usize = 8 * 1024;

/// An event of another component.
pub struct Recorded {
    pub(super) source: Source,
    pub(super) event_type: String,
    pub(super) user: Option<UserId>,
    pub(super) ip_address: Option<String>,
    pub(super) user_agent: Option<String>,
    /// A JSON object.
    pub(super) metadata: String,
}

impl Recorded {
    /// Checks what another component sent.
    ///
    /// # Errors
    ///
    /// The first field that is wrong.
    pub fn parse(
        source: &str,
        event_type: String,
        user: Option<&str>,
        ip_address: Option<&str>,
        user_agent: Option<&str>,
        metadata: &str,
    ) -> Result<Self, FieldProblem> {
        let source =
            source.parse().map_err(|wrong: BadSource| FieldProblem::new("source", wrong.to_string()))?;
        if EventType::named(&event_type).is_some() {
            return Err(FieldProblem::new("eventType", "is one of the service's own kinds"));
        }
        if !is_kind(&event_type) {
            return Err(FieldProblem::new("eventType", NO_KIND));
        }
        let user = user.map(|id| UserId::parse(id).ok_or(ids::PROBLEM)).transpose();
        let user = user.map_err(FieldProblem::of("userId"))?;
        let address = ip_address.map(str::parse::<IpAddr>).transpose();
        let address = address.map_err(|_| FieldProblem::new("ipAddress", "must be an IP address"))?;
        let object =
            (metadata.len() <= METADATA).then(|| serde_json::from_str::<Map<String, Value>>(metadata).ok());
        let metadata = object
            .flatten()
            .map(|object| Value::Object(object).to_string())
            // Numbers may be longer as we write them.
            .filter(|metadata| metadata.len() <= METADATA)
            .ok_or_else(|| FieldProblem::new("metadata", "must be a JSON object of at most 8 KiB"))?;
        Ok(Self {
            source,
            event_type,
            user,
            ip_address: address.map(|address| address.to_canonical().to_string()),
            user_agent: user_agent.and_then(|agent| text::label(agent, USER_AGENT)),
            metadata,
        })
    }
}

/// The message for text that is not a valid kind.
pub const NO_KIND: &str = "must be 1 to 64 of a to z, 0 to 9, _ and .";

/// Returns whether the text is a valid kind of event, of this service or of another component.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    let is_allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.');
    (1..=KIND).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_bounded_as_it_is_written() {
        let parse = |numbers: usize| {
            let metadata = format!("{{\"n\":[{}]}}", vec!["1e15"; numbers].join(","));
            assert!(metadata.len() <= METADATA);
            Recorded::parse("shop", "counted".to_owned(), None, None, None, &metadata).is_ok()
        };
        assert!(parse(400));
        assert!(!parse(1_600));
    }
}
