//! `spin.toml` knows every key of the component, and of what is its host on Spin.

use crate::repository::{read, root};
use mana_auth_settings::{ConfigKey, KEYS, Owner};

/// `make golden` writes both tables anew.
pub fn variables() {
    let path = root().join("spin.toml");
    let manifest = read(&path);
    let keys: Vec<&ConfigKey> = KEYS.iter().filter(|key| key.owner != Owner::Host).collect();
    let declared = keys.iter().map(|key| format!("{} = {}", key.name, declaration(key)));
    let handed_on = keys.iter().map(|key| format!("{0} = \"{{{{ {0} }}}}\"", key.name));
    let expected = with_table(&manifest, "[variables]", declared);
    let expected = with_table(&expected, "[component.auth.variables]", handed_on);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).expect("spin.toml");
        return;
    }
    assert!(manifest == expected, "spin.toml lacks a key, or has another one: make golden");
}

/// Empty is unset: the default.
fn declaration(key: &ConfigKey) -> String {
    match key.name {
        "secrets" => "{ required = true, secret = true }".to_owned(),
        // Where `spin up` serves.
        "public_url" => "{ default = \"http://127.0.0.1:3000\" }".to_owned(),
        _ if key.kind.is_secret() => "{ default = \"\", secret = true }".to_owned(),
        _ => "{ default = \"\" }".to_owned(),
    }
}

/// The manifest with these lines as a table.
fn with_table(manifest: &str, header: &str, lines: impl Iterator<Item = String>) -> String {
    let (before, rest) = manifest.split_once(&format!("{header}\n")).expect("the table");
    let (_, after) = rest.split_once("\n\n").expect("its end");
    let lines: Vec<String> = lines.collect();
    format!("{before}{header}\n{}\n\n{after}", lines.join("\n"))
}
