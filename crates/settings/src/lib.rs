//! The one table of the configuration's keys, and how their values are read.
//!
//! The host gathers values from flags, environment and file; the component parses its own. Both take names, kinds, bounds and defaults from
//! here. `docs/configuration.md` and `spin.toml` are written from here too.

mod entry;
mod key;
mod keys;
mod value;

pub use key::{ConfigKey, Fallback, Owner, ValueKind};
pub use keys::KEYS;
pub use value::{Problem, boolean, integer, items, normal};

/// The keys that our own server knows: its own, and those that it hands on to the component.
pub fn of_server() -> impl Iterator<Item = &'static ConfigKey> {
    KEYS.iter().filter(|key| key.owner != Owner::Spin)
}

/// The key of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| key.name == name)
}
