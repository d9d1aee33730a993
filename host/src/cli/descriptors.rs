//! The limit of file descriptors.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit to the hard one: the usual soft limit is from a time of `select`.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    // If the system refuses, the old limit holds, and `connections` is bounded by it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
