//! What the host can't say in a `wasi:http` request, from the environment:
//!
//! - `MANA_AUTH_CLIENT_ADDRESS_HEADER`: the header in which this host tells the client's address. Its last value
//!   counts: what stands before it, the client may have written itself. Unset, no client's address is known.
//! - `MANA_AUTH_TRUSTED_PROXIES`: addresses or networks, joined by `,`, whose `X-Forwarded-For` and
//!   `X-Forwarded-Proto` are believed.

use http::HeaderName;
use ipnet::IpNet;
use std::{env, net::IpAddr, sync::OnceLock};

/// How to tell who calls.
pub struct Settings {
    pub client_address_header: Option<HeaderName>,
    pub trusted_proxies: Vec<IpNet>,
}

const HEADER: &str = "MANA_AUTH_CLIENT_ADDRESS_HEADER";
const PROXIES: &str = "MANA_AUTH_TRUSTED_PROXIES";

/// The settings, read by the first call. None where a variable is wrong, which is logged once in each instance: without
/// them, a client could pass for another, so nobody is answered.
pub fn load() -> Option<&'static Settings> {
    static SETTINGS: OnceLock<Option<Settings>> = OnceLock::new();
    let text = |name: &str| env::var(name).unwrap_or_default();
    let read =
        || Settings::parse(&text(HEADER), &text(PROXIES)).map_err(|why| eprintln!("{}", line(&why))).ok();
    SETTINGS.get_or_init(read).as_ref()
}

/// For the log, in the form of the component's own lines.
fn line(why: &str) -> String {
    let message = "nobody is answered: the front is not configured";
    serde_json::json!({ "level": "ERROR", "message": message, "fields": { "why": why } }).to_string()
}

impl Settings {
    /// Reads the variables.
    ///
    /// # Errors
    ///
    /// The variable that is wrong, and what would be right.
    pub fn parse(header: &str, proxies: &str) -> Result<Self, String> {
        let header = Some(header.trim()).filter(|name| !name.is_empty());
        let proxies = proxies.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(Self {
            client_address_header: header
                .map(|name| name.parse().map_err(|_| format!("{HEADER} must be the name of a header")))
                .transpose()?,
            trusted_proxies: proxies
                .map(|item| network(item).ok_or(format!("{PROXIES} must be a list of addresses or networks")))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::{Settings, line};

    #[test]
    fn a_wrong_variable_is_named() {
        let problem = |header, proxies| Settings::parse(header, proxies).err().unwrap_or_default();
        assert!(problem("two words", "").starts_with("MANA_AUTH_CLIENT_ADDRESS_HEADER"));
        assert!(problem("", "10.0.0.0/8,elsewhere").starts_with("MANA_AUTH_TRUSTED_PROXIES"));
        assert_eq!(problem("X-Client", " 10.0.0.1, 2001:db8::/32 "), "");
    }

    #[test]
    fn the_log_gets_a_line_of_json() {
        let line: serde_json::Value = serde_json::from_str(&line("a \"word\"")).expect("JSON");
        assert_eq!((&line["level"], &line["fields"]["why"]), (&"ERROR".into(), &"a \"word\"".into()));
    }
}
