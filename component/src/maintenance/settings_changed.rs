//! Which settings the service was started with last, so that a change of them is an event of the audit log.

use super::rows;
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    events::{Event, EventType},
    secrets::SharedSecret,
    settings::{Setting, Settings, describe},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Records what is set otherwise than at the last start of a serving process. The first start records nothing.
///
/// # Errors
///
/// Where storage fails.
pub async fn record(ctx: &Context) -> Result<(), Failure> {
    // They were parsed just now.
    let Ok(described) = describe().await else { return Ok(()) };
    let now: BTreeMap<String, String> = described
        .into_iter()
        .map(|setting| (setting.key.to_owned(), cut(recorded_value(ctx.settings, setting))))
        .collect();
    let then = rows::known_settings(VALUE * 4).await?;
    if now == then {
        return Ok(());
    }
    let keys = now.keys().chain(then.keys().filter(|key| !now.contains_key(*key)));
    let changed: Vec<Value> = keys
        .filter(|key| now.get(*key) != then.get(*key))
        .map(|key| json!({ "key": key, "from": then.get(key), "to": now.get(key) }))
        .collect();
    let mut change = Change::of(rows::forget_settings());
    change.add_all(now.iter().map(|(key, value)| rows::keep_setting(key, value)));
    if !then.is_empty() {
        change.record(Event::anonymous(EventType::ConfigChanged).with("changed", changed));
    }
    change.commit(ctx).await?;
    Ok(())
}

/// How long what is written down of a setting is at most, in characters.
const VALUE: usize = 256;

/// What is written down of a long value, and tells it from others: an event has room for all of them.
fn cut(value: String) -> String {
    if value.chars().count() <= VALUE {
        return value;
    }
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(&value).into();
    let start: String = value.chars().take(VALUE / 2).collect();
    format!("{start}… ({:08x})", u32::from_be_bytes([a, b, c, d]))
}

/// A setting as it is written down: of secrets only what tells one from another.
fn recorded_value(settings: &Settings, setting: Setting) -> String {
    match setting.key {
        "secrets" => {
            let versions: Vec<String> =
                settings.keyring.versions().map(|version| version.to_string()).collect();
            format!("versions {}", versions.join(", "))
        }
        "maintenance_secret" => {
            format!(
                "one of {}",
                settings.maintenance_secret.as_ref().map(SharedSecret::mark).unwrap_or_default()
            )
        }
        "audit_sources" => {
            let sources = settings.audit_sources.iter();
            sources
                .map(|(source, secret)| format!("{source}: one of {}", secret.mark()))
                .collect::<Vec<_>>()
                .join(", ")
        }
        _ => setting.value,
    }
}
