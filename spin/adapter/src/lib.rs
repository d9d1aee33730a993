//! The imports of `mana:auth` over the interfaces of Spin: `storage` on SQLite or PostgreSQL, `invalidations` on the same, `config` on variables,
//! `mailer` on outbound HTTP, `platform` on WASI.

mod bindings;
mod config;
mod invalidations;
mod log;
mod mailer;
mod platform;
mod storage;
mod variable;

/// What the component imports, as far as Spin provides it.
struct Adapter;
