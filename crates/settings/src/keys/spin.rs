//! The keys of what stands in for our host on Spin.

use crate::{
    entry::spin,
    key::{ConfigKey, Fallback, ValueKind},
};

use Fallback::Derived;
use ValueKind::Secret;

pub const KEYS: &[ConfigKey] = &[
    spin(
        "database_url",
        Secret,
        Derived("unset: the database `default` of Spin's SQLite"),
        "A PostgreSQL: `postgres://user:password@host/database`, whose host `allowed_outbound_hosts` in `spin.toml` must name. Nobody has tested it yet, so leave it unset.",
    ),
];
