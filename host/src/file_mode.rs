//! Who may read the files that hold secrets and people's data.

use std::{
    fs::{self, Metadata, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

/// The mode of a file that others than its owner may read; none where nobody does. A group may read what belongs to root, as secrets do
/// that a container is given.
pub fn exposed(metadata: &Metadata) -> Option<u32> {
    let mode = metadata.mode() & 0o7777;
    (metadata.is_file() && is_exposed(mode, metadata.uid())).then_some(mode)
}

const fn is_exposed(mode: u32, owner: u32) -> bool {
    let others = if owner == 0 { 0o037 } else { 0o077 };
    mode & others != 0
}

/// Takes a file from everybody but its owner, where it is there and somebody else could read or write it.
pub fn restrict(path: &Path) {
    let Ok(metadata) = fs::metadata(path) else { return };
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 == 0 {
        return;
    }
    match fs::set_permissions(path, Permissions::from_mode(0o600)) {
        Ok(()) => {
            tracing::warn!(path = %path.display(), mode = format_args!("{mode:04o}"), "others could read a file: now its owner alone can")
        }
        Err(error) => {
            tracing::error!(path = %path.display(), mode = format_args!("{mode:04o}"), %error, "others can read a file")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_exposed;

    #[test]
    fn a_group_reads_what_belongs_to_root_and_nothing_else() {
        for (mode, owner, expected) in [
            (0o600, 1000, false),
            (0o640, 1000, true),
            (0o440, 0, false),
            (0o640, 0, false),
            (0o660, 0, true),
            (0o644, 0, true),
            (0o602, 0, true),
            (0o601, 1000, true),
        ] {
            assert_eq!(is_exposed(mode, owner), expected, "{mode:o} of {owner}");
        }
    }
}
