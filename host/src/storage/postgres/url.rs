//! The address of a PostgreSQL.

use crate::loopback::is_loopback;
use std::{path::PathBuf, str::FromStr as _, time::Duration};
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};
use url::form_urlencoded;

/// How long connecting to one address may take.
const CONNECT: Duration = Duration::from_secs(3);

/// How long what was sent may stay without an acknowledgement before the connection counts as lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// Where the database is, and how it is spoken to. It has no `Debug`: it holds a password.
#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// Whether statements stay prepared. A pooler that gives each transaction another connection, and knows no prepared statements, needs them off.
    pub(super) keeps_statements: bool,
}

/// Whether connections are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// In the clear.
    None,
    /// Encrypted, and the server's certificate verified for its name: by the roots in this file, or those of the system.
    Verified(Option<PathBuf>),
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlProblem {
    /// It is no address of a PostgreSQL.
    #[error("must be postgres://user:password@host/database; user and password are percent-encoded")]
    Form,
    /// Its query holds a key that is not known.
    #[error(
        "may end in a query of `sslmode`, `sslrootcert`, `statement_cache`, `host` and `application_name` alone"
    )]
    Query,
    /// Its `sslmode` lets the network decide.
    #[error("`sslmode` is `disable` or `verify-full`; `require` and `verify-ca` are taken for the latter")]
    SslMode,
    /// Its `statement_cache` is no switch.
    #[error("`statement_cache` is `on` or `off`")]
    StatementCache,
}

impl PostgresUrl {
    /// Parses an address.
    ///
    /// # Errors
    ///
    /// What is wrong with it; never what it says.
    pub fn parse(text: &str) -> Result<Self, PostgresUrlProblem> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(PostgresUrlProblem::Form);
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let mut passed_on = form_urlencoded::Serializer::new(String::new());
        let (mut mode, mut roots, mut keeps_statements) = (None, None, true);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "sslmode" => mode = Some(is_encrypted(&value)?),
                "sslrootcert" if value != "system" => roots = Some(PathBuf::from(&*value)),
                "sslrootcert" => {}
                "statement_cache" if value == "on" || value == "off" => keeps_statements = value == "on",
                "statement_cache" => return Err(PostgresUrlProblem::StatementCache),
                "host" | "application_name" => drop(passed_on.append_pair(&key, &value)),
                _ => return Err(PostgresUrlProblem::Query),
            }
        }
        let address = format!("{address}?{}", passed_on.finish());
        let mut config = Config::from_str(&address).map_err(|_| PostgresUrlProblem::Form)?;
        // An `@` in a password that is not encoded makes the rest of it a name, which would be looked up.
        if config.get_hosts().is_empty() || config.get_hosts().iter().any(is_no_name) {
            return Err(PostgresUrlProblem::Form);
        }
        if config.get_application_name().is_none() {
            config.application_name("mana-auth");
        }
        let is_encrypted =
            mode.unwrap_or(roots.is_some() || !config.get_hosts().iter().all(is_of_this_machine));
        config
            .ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable })
            .connect_timeout(CONNECT)
            .tcp_user_timeout(UNACKNOWLEDGED)
            // A standby answers from the past, and nobody could tell.
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        let tls = if is_encrypted { Tls::Verified(roots) } else { Tls::None };
        Ok(Self { config, tls, keeps_statements })
    }
}

fn is_encrypted(mode: &str) -> Result<bool, PostgresUrlProblem> {
    match mode {
        "disable" => Ok(false),
        "require" | "verify-ca" | "verify-full" => Ok(true),
        _ => Err(PostgresUrlProblem::SslMode),
    }
}

fn is_no_name(host: &Host) -> bool {
    matches!(host, Host::Tcp(name) if name.is_empty() || name.contains('@'))
}

fn is_of_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => is_loopback(name),
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_in_the_clear_unless_it_is_asked_for() {
        let system = Tls::Verified(None);
        for (url, tls) in [
            ("postgres://mana:p%40ss@db.example/auth", system.clone()),
            ("postgresql://mana@10.0.0.1:6432/auth", system.clone()),
            ("postgres://mana@localhost.example/auth?sslmode=require", system.clone()),
            ("postgres://mana@db1.example,db2.example/auth", system.clone()),
            ("postgres://mana@localhost,db.example/auth", system.clone()),
            ("postgres://mana@db.example/auth?sslmode=disable", Tls::None),
            ("postgres://mana@127.0.0.1:5433/auth", Tls::None),
            ("postgres://mana@[::1]/auth", Tls::None),
            ("postgres://mana@localhost/auth?sslmode=verify-full", system),
            ("postgres://mana@%2Frun%2Fpostgresql/auth", Tls::None),
            ("postgres://mana@/auth?host=%2Frun%2Fpostgresql", Tls::None),
            (
                "postgres://mana@127.0.0.1/auth?sslrootcert=%2Fetc%2Froot.crt",
                Tls::Verified(Some("/etc/root.crt".into())),
            ),
        ] {
            let parsed = PostgresUrl::parse(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
            assert_eq!(parsed.tls, tls, "{url}");
            let encrypts = parsed.config.get_ssl_mode() == SslMode::Require;
            assert_eq!(encrypts, tls != Tls::None, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, problem) in [
            ("", PostgresUrlProblem::Form),
            ("auth.db", PostgresUrlProblem::Form),
            ("mysql://mana:hunter2@db/auth", PostgresUrlProblem::Form),
            ("host=db password=hunter2", PostgresUrlProblem::Form),
            ("postgres://", PostgresUrlProblem::Form),
            ("postgres://mana:hunter2@db:port/auth", PostgresUrlProblem::Form),
            ("postgres://mana:h@nter2@db/auth", PostgresUrlProblem::Form),
            ("postgres://mana:hunter2@:5433/auth?host=%2Frun%2Fpostgresql", PostgresUrlProblem::Form),
            ("postgres://mana:hunter2@db/auth?sslmode=prefer", PostgresUrlProblem::SslMode),
            ("postgres://mana:hunter2@db/auth?statement_cache=0", PostgresUrlProblem::StatementCache),
            ("postgres://mana@db/auth?password=hunter2", PostgresUrlProblem::Query),
            ("postgres://mana@db/auth?target_session_attrs=any", PostgresUrlProblem::Query),
        ] {
            assert_eq!(PostgresUrl::parse(url).err(), Some(problem), "{url}");
            assert!(!problem.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn statements_may_be_left_unprepared() {
        let keeps = |url| PostgresUrl::parse(url).ok().map(|url| url.keeps_statements);
        assert_eq!(keeps("postgres://mana@localhost/auth"), Some(true));
        assert_eq!(keeps("postgres://mana@localhost/auth?statement_cache=off"), Some(false));
    }
}
