//! What the import `storage` promises, kept by SQLite.

mod changes;
mod groups;
mod invalidations;
mod opening;
mod reads;
mod sharing;
mod support;
