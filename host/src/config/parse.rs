//! From settings to the typed struct.

use super::{
    Config, LogFormat,
    error::{Error, Problem},
    settings::{Flags, Settings},
};
use crate::{mail::SmtpUrl, storage::PostgresUrl};
use ipnet::IpNet;
use mana_auth_hygiene::Origin;
use mana_auth_settings::{self as keys, Fallback, KEYS, Owner, items};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    thread::available_parallelism,
    time::Duration,
};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use url::Url;

impl Config {
    /// The configuration that flags, environment and file make. Reads the file and nothing else.
    ///
    /// # Errors
    ///
    /// The file can't be read, a key is unknown, or one of the host's values is wrong.
    pub fn load(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        parse(Settings::gather(flags, environment)?)
    }

    /// The configuration that a program sets, as key and text; the rest is default.
    ///
    /// ```
    /// let config = mana_auth::config::Config::from_pairs([("listen", "127.0.0.1:0"), ("queue", "16")])?;
    /// assert_eq!(config.queue, 16);
    /// # Ok::<_, mana_auth::config::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A key is unknown, or one of the host's values is wrong.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        parse(Settings::from_pairs(pairs)?)
    }

    /// Takes note of the address that the API is really served at (its port may have been 0), and of the
    /// `public_url` that follows from it where none was set.
    pub fn bound(&mut self, address: SocketAddr) {
        self.listen = address;
        if self.settings.find("public_url").is_none()
            && let Some(url) = loopback_url(address)
        {
            self.component.insert("public_url".into(), url_text(&url));
            self.public_url = url;
        }
    }
}

/// Parses what the host has to know.
fn parse(settings: Settings) -> Result<Config, Error> {
    let values = Values(&settings);
    let listen = values.parse("listen", Problem::Address)?;
    let public_url = match values.given("public_url") {
        Some(text) => values.checked("public_url", public_url(text))?,
        None => loopback_url(listen).ok_or(Error::NoPublicUrl)?,
    };
    let mut component = values.of_component();
    component.insert("public_url".into(), url_text(&public_url));
    values.checked("cookie_domain", no_public_suffix(values.given("cookie_domain").unwrap_or_default()))?;
    let cores = available_parallelism().map_or(1, usize::from);
    let log_level = values.text("log_level").to_owned();
    values.checked("log_level", EnvFilter::try_new(&log_level).map_err(|_| Problem::LogLevel))?;
    // A bare word that is no level would be read as the name of a part of the program, and everything else be silent.
    let is_clear = |word: &str| word.contains('=') || word.trim().parse::<LevelFilter>().is_ok();
    values.checked(
        "log_level",
        if log_level.split(',').all(is_clear) { Ok(()) } else { Err(Problem::LogLevel) },
    )?;
    Ok(Config {
        listen,
        management: match values.text("management") {
            "off" => None,
            _ => Some(values.parse("management", Problem::Address)?),
        },
        data: values.text("data").into(),
        database_url: values.checked(
            "database_url",
            values.given("database_url").map(PostgresUrl::parse).transpose().map_err(Problem::from),
        )?,
        database_connections: values.number("database_connections")?,
        revocation_bound: values.duration("revocation_bound_ms")?,
        audit_checkpoint_file: values.given("audit_checkpoint_file").map(Into::into),
        public_url,
        trusted_origins: items(values.text("trusted_origins"))
            .map(|origin| Origin::without_slash(origin).to_owned())
            .collect(),
        smtp_url: values.checked(
            "smtp_url",
            values.given("smtp_url").map(SmtpUrl::parse).transpose().map_err(Problem::from),
        )?,
        require_https: values.text("require_https") == "true",
        hsts_seconds: values.number("hsts_seconds")?,
        hsts_include_subdomains: values.text("hsts_include_subdomains") == "true",
        hsts_preload: values.text("hsts_preload") == "true",
        trusted_proxies: values.checked("trusted_proxies", networks(values.text("trusted_proxies")))?,
        internal_networks: values.checked("internal_networks", networks(values.text("internal_networks")))?,
        health_on_listen: values.text("health_on_listen") == "true",
        password_blocklist: values.given("password_blocklist").map(Into::into),
        password_threads: values.count_or("password_threads", cores)?,
        password_queue: values.count_or("password_queue", 0)?,
        workers: values.count_or("workers", cores)?,
        queue: values.count_or("queue", 0)?,
        header_timeout: values.duration("header_timeout_ms")?,
        body_timeout: values.duration("body_timeout_ms")?,
        request_timeout: values.duration("request_timeout_ms")?,
        write_timeout: values.duration("write_timeout_ms")?,
        send_buffer: values.count_or("send_buffer_kib", 0)?.saturating_mul(1024),
        answer_memory: values.number::<usize>("answer_memory")?.saturating_mul(1024 * 1024),
        drain_timeout: values.duration("drain_timeout_ms")?,
        connections: values.count_or("connections", 0)?,
        connections_per_address: values.count_or("connections_per_address", 0)?,
        requests_per_second: values.number("requests_per_second")?,
        log_format: values.checked("log_format", log_format(values.text("log_format")))?,
        log_level,
        log_client_address: values.text("log_client_address") == "true",
        component,
        settings,
    })
}

/// The values of keys: what was set, else the default.
struct Values<'a>(&'a Settings);

impl<'a> Values<'a> {
    fn given(&self, key: &str) -> Option<&'a str> {
        self.0.find(key).map(|setting| setting.text.as_str())
    }

    /// What was set, else the default; empty where that is derived.
    fn text(&self, key: &str) -> &'a str {
        self.given(key).unwrap_or_else(|| match keys::find(key).map(|key| key.default) {
            Some(Fallback::Value(text)) => text,
            Some(Fallback::Derived(_)) | None => "",
        })
    }

    fn checked<T>(&self, key: &'static str, result: Result<T, Problem>) -> Result<T, Error> {
        result.map_err(|problem| Error::WrongValue { key, problem, origin: self.0.origin(key) })
    }

    fn parse<T: std::str::FromStr>(&self, key: &'static str, problem: Problem) -> Result<T, Error> {
        self.checked(key, self.text(key).parse().map_err(|_| problem))
    }

    fn number<T: std::str::FromStr>(&self, key: &'static str) -> Result<T, Error> {
        self.parse(key, Problem::type_of("a whole number"))
    }

    /// A number, or what is derived in its stead.
    fn count_or(&self, key: &'static str, derived: usize) -> Result<usize, Error> {
        if self.text(key).is_empty() { Ok(derived) } else { self.number(key) }
    }

    fn duration(&self, key: &'static str) -> Result<Duration, Error> {
        self.number(key).map(Duration::from_millis)
    }

    fn of_component(&self) -> BTreeMap<String, String> {
        let set = KEYS.iter().filter(|key| key.owner == Owner::Component);
        set.filter_map(|key| Some((key.name.to_owned(), self.given(key.name)?.to_owned()))).collect()
    }
}

/// Where a service is reached that only this machine can reach.
fn loopback_url(listen: SocketAddr) -> Option<Url> {
    listen.ip().is_loopback().then(|| Url::parse(&format!("http://{listen}")).ok()).flatten()
}

/// A URL without the slash that the parser adds to a bare host.
fn url_text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn public_url(text: &str) -> Result<Url, Problem> {
    let url = Url::parse(text).map_err(|_| Problem::Url)?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(Problem::Url) }
}

/// A domain under which anybody may register: browsers take no cookie for it (RFC 6265 §5.3, step 5).
fn no_public_suffix(domain: &str) -> Result<(), Problem> {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let suffix = psl::suffix(domain.as_bytes());
    match suffix {
        Some(suffix) if suffix.is_known() && suffix == domain.as_bytes() => Err(Problem::PublicSuffix),
        _ => Ok(()),
    }
}

fn networks(text: &str) -> Result<Vec<IpNet>, Problem> {
    let network = |(index, item): (usize, &str)| {
        item.parse::<IpNet>()
            .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
            .map(canonical)
            .map_err(|_| Problem::Network(index + 1))
    };
    items(text).enumerate().map(network).collect()
}

/// A network of IPv4 addresses that is written as one of IPv6 (`::ffff:10.0.0.0/104`): clients are compared by their canonical address.
fn canonical(network: IpNet) -> IpNet {
    let (mapped, prefix) = (network.network().to_canonical(), network.prefix_len().checked_sub(96));
    match (network, mapped, prefix) {
        (IpNet::V6(_), IpAddr::V4(_), Some(prefix)) => IpNet::new(mapped, prefix).unwrap_or(network),
        _ => network,
    }
}

fn log_format(text: &str) -> Result<LogFormat, Problem> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Problem::LogFormat),
    }
}
