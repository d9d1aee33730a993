//! What every command does first: check everything that can be wrong before anything is changed.

use super::failure::Failure;
use async_trait::async_trait;
use mana_auth::{
    Instance, Server,
    config::{Config, Origin},
    random::SystemRandom,
    secret,
    storage::{Dialect, Error, Rows, Statement, Storage, Value},
};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Whether a command may begin with an empty database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// It makes one where there is none.
    MayBeNew,
    /// It makes no sense without one, which is elsewhere.
    MustExist,
}

/// The component's settings in effect, as key and value. Checks them, and touches nothing.
pub async fn check(config: &Config) -> Result<Vec<(String, String)>, Failure> {
    let mut config = config.clone();
    config.password_threads = 1;
    if !config.component.contains_key("secrets") {
        // Where there is no secret yet, any will do: it is only looked at.
        let secret = match secret::read(&config.data)? {
            Some(secret) => secret,
            None => secret::generate(&SystemRandom).map_err(secret::Error::from)?,
        };
        config.component.insert("secrets".into(), secret.to_string());
    }
    let settings = config.settings.clone();
    let secret_file = config.data.join(secret::FILE);
    let mut instance =
        Server::builder().config(config).storage(Arc::new(NoStorage)).mail_as_configured().instance().await?;
    let told = instance
        .run(async |accessor, auth| auth.mana_auth_maintenance().call_settings(accessor).await)
        .await?
        .map_err(|wrong| Failure::Setting {
            origin: match settings.origin(&wrong.key) {
                Origin::Default if wrong.key == "secrets" => Origin::File(secret_file),
                origin => origin,
            },
            key: wrong.key,
            problem: wrong.problem,
        })?;
    Ok(told.into_iter().map(|setting| (setting.key, setting.value)).collect())
}

/// Makes the data folder and the secret where they are missing.
pub fn provide_secret(config: &mut Config) -> Result<(), Failure> {
    if config.component.contains_key("secrets") {
        secret::create_folder(&config.data)?;
    } else {
        let secret = secret::read_or_create(&config.data, &config.database(), &SystemRandom)?;
        config.component.insert("secrets".into(), secret.to_string());
    }
    Ok(())
}

/// Refuses to make a secret: on a server, that of the other servers counts.
pub fn require_secret(config: &Config) -> Result<(), Failure> {
    let is_there = config.component.contains_key("secrets") || secret::read(&config.data)?.is_some();
    if is_there { Ok(()) } else { Err(Failure::NoSecrets) }
}

/// The database's file, which is there.
pub fn existing(config: &Config) -> Result<PathBuf, Failure> {
    match is_there(&config.database())? {
        true => Ok(config.database()),
        false => Err(Failure::NoDatabase(config.database())),
    }
}

/// Whether a file is there. What can't be looked at is not said to be missing.
pub fn is_there(path: &Path) -> Result<bool, Failure> {
    match path.try_exists() {
        // A parent that is no folder is reported when the folder is made.
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        outcome => outcome.map_err(|source| Failure::File { path: path.to_owned(), source }),
    }
}

/// Refuses to begin with an empty database where checkpoints tell that there was another.
pub fn refuse_lost(config: &Config) -> Result<(), Failure> {
    if config.database_url.is_some() {
        // Every server of a database on a server has checkpoints of its own, which begin empty.
        return Ok(());
    }
    let database = config.database();
    let is_there = is_there(&database)?;
    let kept = config.checkpoint_file().filter(|path| fs::metadata(path).is_ok_and(|kept| kept.len() > 0));
    match kept {
        Some(checkpoints) if !is_there => Err(Failure::LostDatabase { database, checkpoints }),
        _ => Ok(()),
    }
}

/// An instance of the component for a command, not yet started.
pub async fn instance(mut config: Config, database: Database) -> Result<Instance, Failure> {
    match database {
        // The server of a database tells whether it is there.
        Database::MustExist if config.database_url.is_some() => {}
        Database::MustExist => drop(existing(&config)?),
        Database::MayBeNew => refuse_lost(&config)?,
    }
    check(&config).await?;
    provide_secret(&mut config)?;
    config.password_threads = 1;
    Ok(Server::builder().config(config).instance().await?)
}

/// An instance of the component for a command, started.
pub async fn started(config: Config, database: Database) -> Result<Instance, Failure> {
    let mut instance = instance(config, database).await?;
    instance.start(false).await?;
    Ok(instance)
}

/// No database: for what asks for none.
struct NoStorage;

#[async_trait]
impl Storage for NoStorage {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, _: &str, _: Vec<Value>) -> Result<Rows, Error> {
        Err(Error::Unavailable)
    }

    async fn transact(&self, _: Vec<Statement>) -> Result<Vec<u64>, Error> {
        Err(Error::Unavailable)
    }
}
