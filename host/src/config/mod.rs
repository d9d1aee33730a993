//! The configuration: flags over environment over file over defaults.
//!
//! The host has a typed struct for what concerns it. What concerns the component (see
//! `docs/configuration.md`) passes through as text, and the component checks it.

mod error;
mod file;
mod kubernetes;
mod parse;
mod settings;
mod show;
mod variable;

pub use error::{Error, Origin, Problem};
pub use mana_auth_settings as keys;
pub use settings::{Flags, Setting, Settings};
pub use show::show;
pub use variable::PREFIX;

use crate::{mail::SmtpUrl, storage::PostgresUrl};
use ipnet::IpNet;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

/// What the host needs to know, and what it passes on to the component. It has no `Debug`, because it holds
/// secrets.
#[derive(Clone)]
pub struct Config {
    /// Where the API is served.
    pub listen: SocketAddr,
    /// Where health, readiness and metrics are served; none: nowhere.
    pub management: Option<SocketAddr>,
    /// The folder that holds the database and the generated secret.
    pub data: PathBuf,
    /// The database that several servers share; none: one in the data folder.
    pub database_url: Option<PostgresUrl>,
    /// How many connections to it read at once.
    pub database_connections: usize,
    /// How old the answer may be to what was revoked there.
    pub revocation_bound: Duration,
    /// Where the checkpoints of the audit log are kept; none: in the data folder. `off`: nowhere.
    pub audit_checkpoint_file: Option<PathBuf>,
    /// Where clients reach the service. `component` holds it too.
    pub public_url: Url,
    /// Origins whose pages may call the API. `component` holds them too, and the component checks them.
    pub trusted_origins: Vec<String>,
    /// The server that takes mails, where there is one.
    pub smtp_url: Option<SmtpUrl>,
    /// Whether plain HTTP is redirected or refused.
    pub require_https: bool,
    /// How long browsers keep to HTTPS, in seconds; 0: the header is left out.
    pub hsts_seconds: u64,
    /// Whether that covers subdomains.
    pub hsts_include_subdomains: bool,
    /// Whether browsers may ship the domain as HTTPS only.
    pub hsts_preload: bool,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks from which calls without a cookie may come in the clear, where HTTPS is required.
    pub internal_networks: Vec<IpNet>,
    /// Whether `/health` and `/ready` are answered beside the API, too.
    pub health_on_listen: bool,
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
    /// How long a client may take next to nothing of an answer.
    pub write_timeout: Duration,
    /// How much of answers may wait for clients to take them, in bytes.
    pub send_buffer: usize,
    /// How much memory answers that are given again may take, in bytes; 0: none is.
    pub answer_memory: usize,
    /// How long requests in progress may take to finish after SIGTERM.
    pub drain_timeout: Duration,
    /// How many connections may be open.
    pub connections: usize,
    /// How many of them from one address; 0: any number.
    pub connections_per_address: usize,
    /// How many requests one address may make in a second; 0: any number.
    pub requests_per_second: u32,
    /// What is logged: a level, or directives.
    pub log_level: String,
    /// How it is written.
    pub log_format: LogFormat,
    /// Whether request lines name the client's address.
    pub log_client_address: bool,
    /// The component's keys that are set, and their values as text (see `wit/config.wit`).
    pub component: BTreeMap<String, String>,
    /// What was set, and where.
    pub settings: Settings,
}

/// The database's file in the data folder.
const DATABASE: &str = "auth.db";

/// The checkpoints' file in the data folder.
const CHECKPOINTS: &str = "checkpoints";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
}

impl Config {
    /// The file that the checkpoints of the audit log are kept in, if any.
    #[must_use]
    pub fn checkpoint_file(&self) -> Option<PathBuf> {
        match &self.audit_checkpoint_file {
            Some(path) if path.as_os_str() == "off" => None,
            Some(path) => Some(path.clone()),
            None => Some(self.data.join(CHECKPOINTS)),
        }
    }

    /// The database's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join(DATABASE)
    }
}

#[cfg(test)]
mod tests;
