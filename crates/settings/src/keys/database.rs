//! The keys of a database that several servers share.

use crate::{
    entry::{any_host, host, milliseconds},
    key::{ConfigKey, Fallback, ValueKind},
};

use Fallback::{Derived, Value};
use ValueKind::{Integer, Secret};

pub const KEYS: &[ConfigKey] = &[
    any_host(
        "database_url",
        Secret,
        Derived("unset: SQLite, in `data`; on Spin its database `default`"),
        "A PostgreSQL that any number of servers share: `postgres://user:password@host/database`; user and password are percent-encoded. Over a network it is spoken to by TLS, and its certificate verified, unless `?sslmode=disable` follows (`docs/postgresql.md`). On Spin, `allowed_outbound_hosts` in `spin.toml` must name its host.",
    ),
    host(
        "database_connections",
        Integer { unit: "connections", min: 1, max: 1000 },
        Value("16"),
        "How many connections to `database_url` read at once. Each server holds two more: one writes, one asks what was revoked.",
    ),
    host(
        "revocation_bound_ms",
        milliseconds(0, 1000),
        Value("0"),
        "How old the answer to \"was this revoked?\" may be, where several servers share `database_url`. 0: each request waits for one that was asked for after it came, so that a session which was ended on one server is dead with the next request on all. More: within that time, no request waits for the database.",
    ),
];
