//! The configuration: flags over environment over file over defaults.
//!
//! The host has a typed struct for what concerns it. What concerns the component (see
//! `docs/configuration.md`) passes through as text, and the component checks it.

use ipnet::IpNet;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// What the host needs to know, and what it passes on to the component.
#[derive(Clone)]
pub struct Config {
    /// Where the API is served.
    pub listen: SocketAddr,
    /// Where health, readiness and metrics are served; none: nowhere.
    pub management: Option<SocketAddr>,
    /// The folder that holds the database and the generated secret.
    pub data: PathBuf,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// A file of passwords to refuse, one a line.
    pub password_blocklist: Option<PathBuf>,
    /// How many threads hash passwords.
    pub password_threads: usize,
    /// How many hashes may wait.
    pub password_queue: usize,
    /// How many instances of the component answer requests.
    pub workers: usize,
    /// How many requests may wait for an instance.
    pub queue: usize,
    /// How long reading the header fields of a request may take.
    pub header_timeout: Duration,
    /// How long reading the body of a request may take.
    pub body_timeout: Duration,
    /// How long answering a request may take.
    pub request_timeout: Duration,
    /// How long requests in progress may take to finish after SIGTERM.
    pub drain_timeout: Duration,
    /// How many connections may be open.
    pub connections: usize,
    /// The component's keys, and their values as text (see `wit/config.wit`).
    pub component: BTreeMap<String, String>,
}
