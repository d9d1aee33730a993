//! The beginning of a transaction on PostgreSQL.
//!
//! Positions in `invalidations` must become visible in their order, without gaps. So there is one writer at a time, on all nodes
//! together, as SQLite has it: each takes the lock of an empty table before its snapshot. Nothing that takes a snapshot may come before
//! the lock (`SET LOCAL` takes none, `SELECT set_config(…)` does). Otherwise a transaction that waited for the lock would see the state from before
//! it, and could not update what was changed since.

/// Allowed to write: sessions of ours are read-only otherwise. One snapshot, taken under the lock: so writers are serial. `SERIALIZABLE` would keep a
/// lock for whatever each commit has read, as long as anybody on the server holds a serializable transaction open, until there is no room for more.
pub const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";

/// The bounds within a transaction. Without them PostgreSQL waits for a lock for ever, and a node that stops in the middle keeps all
/// others from writing until its connection ends.
pub const BOUNDS: [&str; 2] =
    ["SET LOCAL lock_timeout = '2s'", "SET LOCAL idle_in_transaction_session_timeout = '5s'"];

/// The SQLSTATE where a table is missing. [`LOCK`] is answered so before there is a schema: the first migration goes on without.
pub const NO_TABLE: &str = "42P01";

/// Waits until nobody else writes. Readers go on, and so does vacuum.
pub const LOCK: &str = "LOCK TABLE writer IN SHARE ROW EXCLUSIVE MODE";
