//! The settings, as the host has them.

use super::{Misconfiguration, Setting, Settings, parse};
use crate::{bindings::mana::auth::config, mailer};
use std::{collections::BTreeMap, sync::OnceLock};

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// The settings in effect, read from the host the first time.
///
/// # Errors
///
/// The key that is wrong.
pub async fn load() -> Result<&'static Settings, Misconfiguration> {
    if let Some(settings) = SETTINGS.get() {
        return Ok(settings);
    }
    let settings = on_this_host(&values().await?).await?;
    Ok(SETTINGS.get_or_init(|| settings))
}

/// The settings as an operator would write them.
///
/// # Errors
///
/// The key that is wrong.
pub async fn describe() -> Result<Vec<Setting>, Misconfiguration> {
    let values = values().await?;
    on_this_host(&values).await?;
    Ok(parse::describe(&values))
}

/// The settings, without what this host can't do.
async fn on_this_host(values: &BTreeMap<String, String>) -> Result<Settings, Misconfiguration> {
    let mut settings = Settings::parse(values)?;
    if !mailer::available().await {
        settings.mail = None;
        if settings.require_email_verification {
            let problem = "needs mail, and this host has none".into();
            return Err(Misconfiguration { key: "require_email_verification".into(), problem });
        }
    }
    Ok(settings)
}

async fn values() -> Result<BTreeMap<String, String>, Misconfiguration> {
    let keys: Vec<String> = parse::keys().map(|key| key.name.to_owned()).collect();
    match config::load(keys).await {
        Ok(values) => Ok(values.into_iter().collect()),
        Err(config::Error::UnknownKey(key)) => {
            Err(Misconfiguration { key, problem: "is not a known key".into() })
        }
        Err(config::Error::WrongValue(config::WrongValue { key, problem })) => {
            Err(Misconfiguration { key, problem })
        }
        Err(config::Error::Unavailable) => {
            Err(Misconfiguration { key: "configuration".into(), problem: "can't be read".into() })
        }
    }
}
