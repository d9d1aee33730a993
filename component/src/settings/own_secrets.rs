//! A secret is for one thing: who is given it for one must not have the other.

use super::Misconfiguration;
use crate::secrets::{Keyring, SharedSecret};
use mana_auth_audit::Source;

/// Refuses a secret that is set under two keys. Those of one key are compared where it is parsed.
pub fn check(
    keyring: &Keyring,
    maintenance: Option<&SharedSecret>,
    sources: &[(Source, SharedSecret)],
) -> Result<(), Misconfiguration> {
    let wrong = |key: &str, problem| Err(Misconfiguration { key: key.to_owned(), problem });
    if maintenance.is_some_and(|secret| keyring.holds(secret)) {
        return wrong("maintenance_secret", "must be another secret than those of secrets".to_owned());
    }
    for (source, secret) in sources {
        if keyring.holds(secret) {
            return wrong(
                "audit_sources",
                format!("{source} must have another secret than those of secrets"),
            );
        }
        if maintenance.is_some_and(|maintenance| maintenance.is_same(secret)) {
            return wrong(
                "audit_sources",
                format!("{source} must have another secret than maintenance_secret"),
            );
        }
    }
    Ok(())
}
