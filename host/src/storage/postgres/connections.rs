//! Connections, and what each is told first.

use super::{complaints::Complaints, open_error::PostgresError, tls, url::PostgresUrl};
use crate::{clock::SystemClock, storage::Error};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use std::{sync::Arc, time::Duration};

/// How long to wait for a connection that others use.
const WAIT: Duration = Duration::from_secs(2);

/// How long opening one may take, over all addresses.
const OPENING: Duration = Duration::from_secs(5);

/// How long one may wait for the next who uses it.
pub(super) const IDLE: Duration = Duration::from_secs(60);

/// How old one may become.
const AGE: Duration = Duration::from_secs(1800);

/// What a session is told first. It can't write but within a transaction that says so: where a `BEGIN` fails, what follows it on the wire must not
/// be committed one by one. A pooler would give these settings to others.
const SESSION: &str = "SET search_path = mana, pg_temp; SET default_transaction_read_only = on; SET statement_timeout = '5s'; \
     SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off; \
     SET TimeZone = 'UTC'; SET client_min_messages = warning";

/// Connections of one kind, which are opened as they are needed. One that has failed is closed.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
    keeps_statements: bool,
    complaints: Arc<Complaints>,
}

impl Connections {
    /// Of a database, at most so many.
    ///
    /// # Errors
    ///
    /// Where TLS can't be prepared.
    pub(super) fn new(
        url: &PostgresUrl,
        most: usize,
        complaints: &Arc<Complaints>,
    ) -> Result<Self, PostgresError> {
        let connector = tls::connector(&url.tls).map_err(PostgresError::Tls)?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(url.config.clone(), connector, recycling);
        let mut pool = Pool::builder(manager)
            .max_size(most)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(OPENING))
            .runtime(Runtime::Tokio1);
        if url.keeps_statements {
            pool = pool.post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
            }));
        }
        let pool = pool.build().map_err(|_| PostgresError::Runtime)?;
        Ok(Self { pool, keeps_statements: url.keeps_statements, complaints: Arc::clone(complaints) })
    }

    /// The same for a command, which tells its failures itself.
    ///
    /// # Errors
    ///
    /// Where TLS can't be prepared.
    pub(super) fn of_command(url: &PostgresUrl, most: usize) -> Result<Self, PostgresError> {
        Self::new(url, most, &Complaints::new(Arc::new(SystemClock::default())))
    }

    /// One that nobody else uses meanwhile.
    pub(super) async fn get(&self) -> Result<Object, Error> {
        self.pool.get().await.map_err(|error| {
            let is_busy = matches!(error, PoolError::Timeout(deadpool_postgres::TimeoutType::Wait));
            if is_busy {
                return Error::Busy;
            }
            self.complaints.make("the database can't be reached", &told(&error));
            Error::Unavailable
        })
    }

    /// The same, for whoever tells a person why there is none.
    ///
    /// # Errors
    ///
    /// Why there is none, in words that quote no password.
    pub(super) async fn one(&self) -> Result<Object, PostgresError> {
        self.pool.get().await.map_err(|error| PostgresError::Unreachable(told(&error)))
    }

    /// Closes what nobody has used for a minute, and what is old: others need connections too, and an address may lead elsewhere by now.
    pub(super) fn close_idle(&self) {
        drop(self.pool.retain(|_, metrics| metrics.last_used() < IDLE && metrics.age() < AGE));
    }

    /// Whether what is prepared on one is there with the next use.
    pub(super) const fn keeps_statements(&self) -> bool {
        self.keeps_statements
    }

    /// What is said of them in the log.
    pub(super) const fn complaints(&self) -> &Arc<Complaints> {
        &self.complaints
    }
}

/// Closes a connection, with whatever is still going on there.
pub(super) fn close(connection: Object) {
    drop(Object::take(connection));
}

/// The driver's words, and the cause behind them. They name addresses and users, and no password.
fn told(error: &PoolError) -> String {
    let mut words = match error {
        PoolError::Timeout(_) => "it takes too long".to_owned(),
        PoolError::Backend(error) => error.to_string(),
        error => error.to_string(),
    };
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let more = next.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = next.source();
    }
    for (sign, hint) in HINTS {
        if words.contains(sign) {
            words = format!("{words}; {hint}");
        }
    }
    words
}

/// What an operator may have to do, by what the driver says.
const HINTS: [(&str, &str); 3] = [
    (
        "does not allow writes",
        "is it a standby, or a pooler in transaction mode without `statement_cache=off`?",
    ),
    ("UnknownIssuer", "a CA of your own is named by `sslrootcert`"),
    ("CaUsedAsEndEntity", "a CA's certificate is no server's: have it issue one"),
];
