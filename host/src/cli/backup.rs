//! `mana-auth backup` and `mana-auth restore`.

use super::{
    console,
    failure::{CommandError, Failure},
    prepare,
};
use jiff::Timestamp;
use mana_auth::{
    clock::{Clock as _, SystemClock},
    config::Config,
    secret,
    storage::{copy, copy_file, ensure_free, replace},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Copies the database, and before it the checkpoints that were kept: the copy covers each of them. The secret goes to a file of its
/// own, for another place: whoever has both can sign tokens.
pub fn backup(config: &Config, file: &Path, with_secret: Option<&Path>) -> Result<(), Failure> {
    let database = prepare::existing(config)?;
    let secret = with_secret.map(|to| own_secret(config).map(|from| (from, to))).transpose()?;
    let kept = config.checkpoint_file().filter(|kept| kept.exists());
    let beside = checkpoints_beside(file);
    let to_be_made = [Some(file), kept.as_ref().map(|_| beside.as_path()), with_secret];
    for path in to_be_made.into_iter().flatten() {
        ensure_free(path)?;
    }
    if let Some(kept) = &kept {
        copy_file(kept, &beside)?;
    }
    if let Err(error) = copy(&database, file) {
        if kept.is_some() {
            let _ = std::fs::remove_file(&beside);
        }
        return Err(error.into());
    }
    console::line(&format!("database     {}", file.display()))?;
    if kept.is_some() {
        console::line(&format!("checkpoints  {}", beside.display()))?;
    }
    if let Some((from, to)) = secret {
        copy_file(&from, to)?;
        console::line(&format!("secret       {}: keep it apart from the database", to.display()))?;
    }
    Ok(())
}

/// Puts a backup in the place of the database, while no server runs. The database that was there is kept beside it. What is missing
/// beside it comes from the backup, too: the checkpoints, and the secret where its copy is given.
pub fn restore(config: &Config, file: &Path, secret: Option<&Path>) -> Result<(), Failure> {
    secret::create_folder(&config.data)?;
    let own_secret = config.data.join(secret::FILE);
    if let Some(from) = secret {
        ensure_free(&own_secret)?;
        secret::check(from)?;
    }
    let now = i64::try_from(SystemClock::default().now()).unwrap_or(0);
    let now = Timestamp::from_millisecond(now).unwrap_or_default();
    let replaced = replace(&config.database(), file, &now.strftime(".%Y%m%dT%H%M%SZ").to_string())?;
    console::line(&format!("database     {}", config.database().display()))?;
    if let Some(replaced) = replaced {
        console::line(&format!("replaced     {}: remove it once all is well", replaced.display()))?;
    }
    let beside = checkpoints_beside(file);
    if let Some(kept) = config.checkpoint_file().filter(|kept| !kept.exists() && beside.exists()) {
        copy_file(&beside, &kept)?;
        console::line(&format!("checkpoints  {}", kept.display()))?;
    }
    if let Some(from) = secret {
        copy_file(from, &own_secret)?;
        console::line(&format!("secret       {}", own_secret.display()))?;
    }
    Ok(())
}

/// The file of the secret that the service made for itself.
fn own_secret(config: &Config) -> Result<PathBuf, Failure> {
    if config.component.contains_key("secrets") {
        return Err(Failure::Refused(CommandError::SecretElsewhere(config.settings.origin("secrets"))));
    }
    secret::read(&config.data)?;
    Ok(config.data.join(secret::FILE))
}

fn checkpoints_beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".checkpoints");
    name.into()
}
