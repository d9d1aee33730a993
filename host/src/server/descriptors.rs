//! File descriptors: each connection takes one, and without one neither the database nor the management address works.

use rustix::process::{Resource, getrlimit};

/// How many are kept for everything else: the connections of the database and of the management address, files, the runtime.
const RESERVED: usize = 256;

/// How many connections may be open, of those that were configured. What this process may have open bounds them.
pub(super) fn bound(connections: usize) -> usize {
    let limit = getrlimit(Resource::Nofile).current.and_then(|limit| usize::try_from(limit).ok());
    let Some(limit) = limit else { return connections };
    let most = left_by(limit);
    if connections > most {
        tracing::warn!(
            connections,
            descriptors = limit,
            most,
            "this process may have too few descriptors open for `connections`: fewer are accepted (ulimit -n)"
        );
    }
    connections.min(most)
}

/// Where there are few, everything else gets half of them.
fn left_by(limit: usize) -> usize {
    (limit - RESERVED.min(limit / 2)).max(1)
}

#[cfg(test)]
mod tests {
    use super::left_by;

    #[test]
    fn something_is_left_for_everything_else() {
        assert_eq!(left_by(65_536), 65_280);
        assert_eq!(left_by(1024), 768);
        assert_eq!(left_by(100), 50);
        assert_eq!(left_by(0), 1);
    }
}
