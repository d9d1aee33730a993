//! What the host can't say in a `wasi:http` request, from the environment:
//!
//! - `MANA_AUTH_CLIENT_ADDRESS_HEADER`: the header in which this host tells the client's address. Its last value
//!   counts: what stands before it, the client may have written itself. Unset, no client's address is known.
//! - `MANA_AUTH_TRUSTED_PROXIES`: addresses or networks, joined by `,`, whose `X-Forwarded-For` and
//!   `X-Forwarded-Proto` are believed.

use crate::bindings::ErrorCode;
use http::HeaderName;
use ipnet::IpNet;
use std::{env, net::IpAddr, sync::OnceLock};

/// How to tell who calls.
pub struct Settings {
    pub client_address_header: Option<HeaderName>,
    pub trusted_proxies: Vec<IpNet>,
}

/// The settings; the first call reads them.
///
/// # Errors
///
/// Where a variable is wrong: its name is told to the operator, and no request is answered.
pub fn load() -> Result<&'static Settings, ErrorCode> {
    static SETTINGS: OnceLock<Result<Settings, String>> = OnceLock::new();
    SETTINGS.get_or_init(read).as_ref().map_err(|problem| {
        eprintln!("mana-auth: {problem}");
        ErrorCode::ConfigurationError
    })
}

fn read() -> Result<Settings, String> {
    const HEADER: &str = "MANA_AUTH_CLIENT_ADDRESS_HEADER";
    const PROXIES: &str = "MANA_AUTH_TRUSTED_PROXIES";
    let text = |name: &str| env::var(name).unwrap_or_default();
    let (header, proxies) = (text(HEADER), text(PROXIES));
    let header = Some(header.trim()).filter(|name| !name.is_empty());
    let proxies = proxies.split(',').map(str::trim).filter(|item| !item.is_empty());
    Ok(Settings {
        client_address_header: header
            .map(|name| name.parse().map_err(|_| format!("{HEADER} must be the name of a header")))
            .transpose()?,
        trusted_proxies: proxies
            .map(|item| network(item).ok_or(format!("{PROXIES} must be a list of addresses or networks")))
            .collect::<Result<_, _>>()?,
    })
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
