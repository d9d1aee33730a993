//! The effective configuration, as a file that would make it.

use super::Config;
use mana_auth_settings::{ConfigKey, Fallback, Owner, ValueKind, items, of_server};
use std::fmt::Write as _;
use toml::Value;

/// What stands for a secret.
const MASK: &str = "***";

/// Every key with its effective value and where it comes from, as TOML. Secrets are masked. `component` holds the
/// keys and values that the component tells itself.
#[must_use]
pub fn show(config: &Config, component: &[(String, String)]) -> String {
    let mut out = String::new();
    for key in of_server() {
        let value = if matches!(key.owner, Owner::Host | Owner::AnyHost) {
            host_value(config, key)
        } else {
            component.iter().find(|(name, _)| name == key.name).map(|(_, value)| value.clone())
        };
        let origin = config.settings.origin(key.name);
        // Writing to a string can't fail.
        let _ = match (value, key.default) {
            (Some(value), _) => writeln!(out, "{} = {}  # {origin}", key.name, toml_value(key.kind, &value)),
            (None, Fallback::Derived(how)) => writeln!(out, "# {}: {how}", key.name),
            (None, Fallback::Value(_)) => writeln!(out, "# {} is not set", key.name),
        };
    }
    out
}

/// What holds for a key of the host.
fn host_value(config: &Config, key: &ConfigKey) -> Option<String> {
    if let Some(setting) = config.settings.find(key.name) {
        return Some(setting.text.clone());
    }
    match (key.name, key.default) {
        ("workers", _) => Some(config.workers.to_string()),
        ("password_threads", _) => Some(config.password_threads.to_string()),
        (_, Fallback::Value(text)) => Some(text.to_owned()),
        (_, Fallback::Derived(_)) => None,
    }
}

fn toml_value(kind: ValueKind, text: &str) -> String {
    let string = |text: &str| Value::String(text.to_owned());
    match kind {
        ValueKind::Secret => string(MASK).to_string(),
        ValueKind::SecretList => Value::Array(vec![string(MASK)]).to_string(),
        ValueKind::Bool | ValueKind::Integer { .. } => text.to_owned(),
        ValueKind::List => Value::Array(items(text).map(string).collect()).to_string(),
        ValueKind::Text | ValueKind::Path => string(text).to_string(),
    }
}
