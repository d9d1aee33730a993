//! What a use case knows of the call that it serves.

use crate::{
    platform::{self, Level},
    settings::Settings,
    text,
    time::Time,
};
use mana_auth_face::Language;
use mana_auth_hygiene::Trace;
use std::net::IpAddr;

/// Who calls, when, and under which settings. Made once for each call and passed down: the clock is read here.
#[derive(Clone)]
pub struct Context {
    /// The operator's settings.
    pub settings: &'static Settings,
    /// The one reading of the clock for this call.
    pub now: Time,
    /// The client behind the call.
    pub client: Client,
}

/// The client behind a call, as far as it is known.
#[derive(Clone, Default)]
pub struct Client {
    /// The id of the request; empty for a call through the WIT.
    pub request_id: String,
    /// The trace that it says the request belongs to.
    pub trace: Option<Trace>,
    /// Its address, in text form.
    pub address: Option<String>,
    /// What it calls itself, cleaned and cut.
    pub user_agent: Option<String>,
    /// The language that it asks for.
    pub language: Option<Language>,
    /// Whether it is a device that has signed in to the account before.
    pub known_device: bool,
}

impl Context {
    /// For a call at this moment.
    #[must_use]
    pub fn new(settings: &'static Settings, client: Client) -> Self {
        Self::at(platform::now(), settings, client)
    }

    /// For a call that began at a moment that was read before.
    #[must_use]
    pub const fn at(now: Time, settings: &'static Settings, client: Client) -> Self {
        Self { settings, now, client }
    }
}

impl Context {
    /// Writes a line to the operator's log, with what tells which request it is about. No field may hold a secret.
    pub fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        let Client { request_id, trace, .. } = &self.client;
        let request = Some(("request_id", request_id.as_str())).filter(|(_, id)| !id.is_empty());
        let trace = trace
            .iter()
            .flat_map(|trace| [("trace_id", trace.trace_id.as_str()), ("span_id", trace.span_id.as_str())]);
        let fields: Vec<_> = request.into_iter().chain(trace).chain(fields.iter().copied()).collect();
        platform::log(level, message, &fields);
    }

    /// The same, on behalf of a device that has signed in to the account before, or not.
    #[must_use]
    pub fn on_device(&self, known: bool) -> Self {
        Self { client: Client { known_device: known, ..self.client.clone() }, ..self.clone() }
    }
}

/// The longest user agent that is kept, in characters.
const USER_AGENT: usize = 512;

/// An IP address in text form, as it is kept; none for what is none.
#[must_use]
pub fn address(text: &str) -> Option<String> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical().to_string())
}

impl Client {
    /// A client at an address, that calls itself so.
    #[must_use]
    pub fn new(address: Option<String>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent.and_then(|text| text::label(text, USER_AGENT));
        Self { address, user_agent, ..Self::default() }
    }

    /// The network that shares what one client may use: the IPv4 address, or the /64 of an IPv6 address, which
    /// is what a provider hands to one customer.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        match self.address.as_deref()?.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => Some(address.to_string()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Some(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Option<String> {
        Client { address: Some(address.into()), ..Client::default() }.network()
    }

    #[test]
    fn neighbours_in_a_v6_customer_network_are_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(network("unknown"), None);
    }
}
