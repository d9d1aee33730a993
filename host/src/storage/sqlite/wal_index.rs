//! The header of the WAL index: what every commit changes, in memory that SQLite shares between processes.
//!
//! SQLite itself compares these 48 bytes at the beginning of each read, to tell whether anybody has committed
//! (walformat, "The WAL-Index File Format"). Comparing them here costs a few nanoseconds; `PRAGMA data_version`, which does the same
//! within a read transaction, costs two system calls. SQLite maps the memory: a descriptor of our own on that file would drop all of
//! SQLite's locks in this process when it is closed (fcntl(2), "advisory record locking").
#![allow(unsafe_code, reason = "SQLite hands out a pointer")]

use super::open::{self, SqliteOptions};
use rusqlite::{Connection, Error, Result, ffi};
use std::{
    ffi::c_int,
    ptr::{self, NonNull},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering, fence},
    },
};

/// The header, in words. Two copies of it stand at the beginning of the index.
const WORDS: usize = 6;

/// How much of the index SQLite maps at a time, in bytes.
const REGION: c_int = 32 * 1024;

/// The one version there is (`WALINDEX_MAX_VERSION`).
const VERSION: u32 = 3_007_000;

/// The header at some moment. Where it is the same at a later one, nobody has committed in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header([u64; WORDS]);

/// The index of one database, mapped by SQLite.
pub(super) struct WalIndex {
    copies: NonNull<[[AtomicU64; WORDS]; 2]>,
    /// Keeps the memory mapped: SQLite unmaps it when the last connection of the process to that file is closed.
    _connection: Mutex<Connection>,
}

// SAFETY: the pointer leads to atomics, which any thread may read for as long as the connection beside it is open.
unsafe impl Send for WalIndex {}
// SAFETY: as above. The connection is behind a mutex, and never used again.
unsafe impl Sync for WalIndex {}

impl WalIndex {
    /// Of a database that is in WAL mode.
    ///
    /// # Errors
    ///
    /// Where the database can't be opened, or SQLite shares no memory for it.
    pub(super) fn open(options: &SqliteOptions) -> Result<Self> {
        let connection = open::watcher(options, options.busy_timeout)?;
        // Any read maps it.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let copies = map(&connection)?;
        Ok(Self { copies, _connection: Mutex::new(connection) })
    }

    /// The header as it is; none while somebody writes it, or where it is not of the form that is known here.
    pub(super) fn header(&self) -> Option<Header> {
        // SAFETY: `map` has checked that it leads to mapped and aligned memory, and the connection keeps it so. Whatever bytes stand
        // there, they are numbers.
        let [first, second] = unsafe { self.copies.as_ref() };
        let read =
            |copy: &[AtomicU64; WORDS]| Header(copy.each_ref().map(|word| word.load(Ordering::Relaxed)));
        // A writer writes the second copy first (`walIndexWriteHdr`).
        let header = read(first);
        fence(Ordering::SeqCst);
        (header == read(second) && header.is_known()).then_some(header)
    }
}

impl Header {
    /// Whether it is initialized, and of the version that is known.
    fn is_known(self) -> bool {
        let [first, second, ..] = self.0.map(u64::to_ne_bytes);
        let [a, b, c, d, ..] = first;
        let [_, _, _, _, is_initialized, ..] = second;
        u32::from_ne_bytes([a, b, c, d]) == VERSION && is_initialized == 1
    }
}

fn map(connection: &Connection) -> Result<NonNull<[[AtomicU64; WORDS]; 2]>> {
    let none = || Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_SHMMAP), None);
    let mut file = ptr::null_mut::<ffi::sqlite3_file>();
    let mut region = ptr::null_mut();
    // SAFETY: the handle is open, and SQLite writes a pointer through the one that it is given (`SQLITE_FCNTL_FILE_POINTER`). What it
    // points to, its methods among it, lives as long as the connection. The methods are called as SQLite does: with this very size,
    // and without extending the file.
    let code = unsafe {
        let out = (&raw mut file).cast();
        match ffi::sqlite3_file_control(
            connection.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_FILE_POINTER,
            out,
        ) {
            ffi::SQLITE_OK => {}
            code => return Err(Error::SqliteFailure(ffi::Error::new(code), None)),
        }
        let methods = file.as_ref().and_then(|file| file.pMethods.as_ref()).ok_or_else(none)?;
        let map = methods.xShmMap.filter(|_| methods.iVersion >= 2).ok_or_else(none)?;
        map(file, 0, REGION, 0, &raw mut region)
    };
    if code != ffi::SQLITE_OK {
        return Err(Error::SqliteFailure(ffi::Error::new(code), None));
    }
    let copies = NonNull::new(region.cast::<[[AtomicU64; WORDS]; 2]>()).ok_or_else(none)?;
    if copies.is_aligned() { Ok(copies) } else { Err(none()) }
}
