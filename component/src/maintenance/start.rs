//! Bringing an instance up: configuration, schema, keys.

use super::{rows, settings_changed};
use crate::{
    audit::tree,
    commit::Change,
    context::{Client, Context},
    error::{Bug, Failure},
    invalidations, keys, platform,
    settings::{self, Misconfiguration, Settings},
    storage::{self, migrate},
};
use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

/// Why an instance can't start.
pub enum StartError {
    /// The configuration is wrong.
    Configuration(Misconfiguration),
    /// The database was written by a newer version.
    NewerSchema(u32),
    /// The database was written by a version that was never released.
    UnreleasedSchema,
    /// A secret is missing that keys in the database are sealed with: its version.
    SecretMissing(u32),
    /// Storage can't be reached.
    Unavailable,
    /// A migration was refused, in the database's words.
    Migration(String),
}

/// In words for the operator. Never a value of the configuration.
impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(wrong) => write!(f, "{}: {}", wrong.key, wrong.problem),
            Self::NewerSchema(version) => write!(f, "the database has the newer schema {version}"),
            Self::UnreleasedSchema => {
                f.write_str("the database was written by a version that was never released")
            }
            Self::SecretMissing(version) => write!(f, "secrets: version {version} is still in use"),
            Self::Unavailable => write!(f, "the database can't be reached"),
            Self::Migration(words) => write!(f, "a migration was refused: {words}"),
        }
    }
}

static STARTED: AtomicBool = AtomicBool::new(false);

/// Checks the configuration, brings the schema up to date, and makes sure that a key can sign. `serving` begins
/// a new lineage of positions.
///
/// # Errors
///
/// See [`StartError`].
pub async fn start(serving: bool) -> Result<&'static Settings, StartError> {
    let settings = settings::load().await.map_err(StartError::Configuration)?;
    let ctx = Context::new(settings, Client::default());
    storage::dialect::learn().await;
    let keys = keys_under_the_newest_schema(&ctx).await?;
    let used = keys.iter().filter(|key| key.revoked_at.is_none()).map(|key| key.secret_version());
    for version in used.chain(tree::secrets_in_use().await?) {
        if !settings.keyring.has(version) {
            return Err(StartError::SecretMissing(version));
        }
    }
    keys::ensure(&ctx, &keys).await?;
    // Opens them, so that a secret that is another one than sealed them is noticed now. The first request needs them.
    match keys::cached(settings).await {
        Err(Failure::Bug(Bug::Undecryptable)) => return Err(StartError::Configuration(another_secret())),
        keys => drop(keys?),
    }
    if serving {
        settings_changed::record(&ctx).await?;
        Change::of(invalidations::begin_lineage()).commit(&ctx).await?;
    }
    STARTED.store(true, Ordering::Relaxed);
    Ok(settings)
}

fn another_secret() -> Misconfiguration {
    Misconfiguration {
        key: "secrets".to_owned(),
        problem: "can't open the signing keys in the database: they were encrypted with another secret of that version".to_owned(),
    }
}

/// One query where the schema is current, as it is for every instance but the first.
async fn keys_under_the_newest_schema(ctx: &Context) -> Result<Vec<keys::Key>, StartError> {
    match keys::all_under_schema(migrate::NEWEST).await {
        Ok(keys) if !keys.is_empty() => Ok(keys),
        // No schema, another one, or no key yet.
        Ok(_) | Err(Failure::Bug(Bug::Rejected(_))) => {
            migrate::migrate(ctx.now).await?;
            Ok(keys::all().await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The settings of an instance that has started; an instance that hasn't is started first.
///
/// # Errors
///
/// Why it can't be, for the log.
pub async fn started() -> Result<&'static Settings, Failure> {
    if STARTED.load(Ordering::Relaxed)
        && let Ok(settings) = settings::load().await
    {
        return Ok(settings);
    }
    start(false).await.map_err(|error| {
        // Where no host starts instances, nobody else tells the operator.
        platform::log(platform::Level::Error, "the service can't start", &[("why", &error.to_string())]);
        match error {
            StartError::Unavailable => Failure::StorageUnavailable,
            _ => Bug::NotStarted.into(),
        }
    })
}

/// Whether storage can be written: a disk that is full still reads.
///
/// # Errors
///
/// Where it can't.
pub async fn check_storage(ctx: &Context) -> Result<(), Failure> {
    Change::of(rows::note_readiness(ctx.now)).commit(ctx).await.map(drop)
}

impl From<migrate::Outdated> for StartError {
    fn from(outdated: migrate::Outdated) -> Self {
        match outdated {
            migrate::Outdated::Newer(version) => Self::NewerSchema(version),
            migrate::Outdated::Unreleased => Self::UnreleasedSchema,
            migrate::Outdated::Storage(storage::Error::Rejected(rejection)) => {
                Self::Migration(rejection.message)
            }
            migrate::Outdated::Storage(_) => Self::Unavailable,
        }
    }
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Bug(Bug::Rejected(words)) => Self::Migration(words),
            _ => Self::Unavailable,
        }
    }
}
