//! What instances are given to do.

use crate::{bindings::Auth, imports::HostState};
use futures::future::BoxFuture;
use wasmtime::component::Accessor;

/// How many calls one instance works on at a time: enough that those that wait for a hash leave room for others. Each
/// costs it some 20 KiB.
pub(crate) const IN_FLIGHT: usize = 256;

/// A call of the component, made by whichever instance takes it.
pub(super) type Job =
    Box<dyn for<'a> FnOnce(&'a Accessor<HostState>, &'a Auth) -> BoxFuture<'a, wasmtime::Result<()>> + Send>;

/// What became of a flush.
pub(super) enum Flush {
    /// Everything that was gathered is in the database.
    Done,
    /// The database can't be reached or is too busy; it will be tried again.
    Failed,
}
