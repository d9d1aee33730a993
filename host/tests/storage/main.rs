//! What the import `storage` promises, kept by SQLite.

mod changes;
mod sharing;
mod groups;
mod opening;
mod reads;
mod support;
