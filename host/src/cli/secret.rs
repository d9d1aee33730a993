//! `mana-auth secret`: the secret that the service made for itself.

use super::{
    args::Secret,
    console,
    failure::{CommandError, Failure},
    prepare::{Database, started},
};
use mana_auth::{config::Config, random::SystemRandom, secret};

/// `secret rotate`.
pub async fn run(config: Config, Secret::Rotate: Secret) -> Result<(), Failure> {
    if config.component.contains_key("secrets") {
        return Err(Failure::Refused(CommandError::SecretsSet(config.settings.origin("secrets"))));
    }
    // Nothing is built on a secret that doesn't open what is in the database.
    drop(started(config.clone(), Database::MustExist).await?);
    let version = secret::rotate(&config.data, &SystemRandom)?;
    console::line(&format!(
        "the newest secret is version {version}: restart the server to take it up, and run no other command before"
    ))
}
