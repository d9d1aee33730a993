use crate::file_mode;
use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// The file of a database, as it was when it was opened. It is looked at by its name alone: closing a descriptor of it would drop
/// SQLite's locks.
#[derive(Clone, Debug)]
pub struct DatabaseFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl DatabaseFile {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }

    /// Whether the file was removed, or another put in its place: then what is written reaches nobody.
    #[must_use]
    pub fn is_detached(&self) -> bool {
        !fs::metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) == (self.device, self.inode))
    }

    /// Takes the database, and what stands beside it, from everybody but its owner.
    pub fn restrict(&self) {
        for ending in ["", "-wal", "-shm"] {
            file_mode::restrict(&self.beside(ending));
        }
    }

    /// How much room the disk has for this process, in bytes, where it can be told.
    #[must_use]
    pub fn room(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.path).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// The sizes of the database and of the log beside it, in bytes.
    #[must_use]
    pub fn sizes(&self) -> (u64, u64) {
        let size = |ending| fs::metadata(self.beside(ending)).map_or(0, |metadata| metadata.len());
        (size(""), size("-wal"))
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = OsString::from(&self.path);
        path.push(ending);
        path.into()
    }
}
