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

/// The key of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| key.name == name)
}
