//! An entry of the table of keys.

use crate::key::{ConfigKey, Fallback, Owner, ValueKind};

/// A key of the host's.
pub const fn host(name: &'static str, kind: ValueKind, default: Fallback, reason: &'static str) -> ConfigKey {
    ConfigKey { name, owner: Owner::Host, kind, default, reason: documented(reason) }
}

/// A key of our host's, and of what stands in for it on Spin.
pub const fn any_host(
    name: &'static str,
    kind: ValueKind,
    default: Fallback,
    reason: &'static str,
) -> ConfigKey {
    ConfigKey { name, owner: Owner::AnyHost, kind, default, reason: documented(reason) }
}

/// A key of the component's.
pub const fn component(
    name: &'static str,
    kind: ValueKind,
    default: Fallback,
    reason: &'static str,
) -> ConfigKey {
    ConfigKey { name, owner: Owner::Component, kind, default, reason: documented(reason) }
}

/// A key of what stands in for our host on Spin.
pub const fn spin(name: &'static str, kind: ValueKind, default: Fallback, reason: &'static str) -> ConfigKey {
    ConfigKey { name, owner: Owner::Spin, kind, default, reason: documented(reason) }
}

/// Kept where documentation is made, and left out of programs.
const fn documented(reason: &'static str) -> &'static str {
    if cfg!(feature = "reasons") { reason } else { "" }
}

/// A time, within bounds.
pub const fn milliseconds(min: u64, max: u64) -> ValueKind {
    ValueKind::Integer { unit: "milliseconds", min, max }
}

/// A limit; 0 may mean that there is none.
pub const fn limit(unit: &'static str) -> ValueKind {
    ValueKind::Integer { unit, min: 0, max: 1_000_000 }
}
