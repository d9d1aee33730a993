//! Copies of the database: one is taken while others write it, one is put in its place while nobody does.

use super::open;
use crate::file_mode::restrict;
use rusqlite::{Connection, ErrorCode, OpenFlags, backup::Backup};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long to wait before another try, where somebody else has the database locked for a moment.
const PAUSE: Duration = Duration::from_millis(100);

/// How many tables are looked for in what is to be restored.
const OUR_TABLES: i64 = 7;

/// Why a database is not copied or replaced. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file is there already.
    #[error("{} exists: it is not overwritten", .0.display())]
    Exists(PathBuf),
    /// A process has the database open.
    #[error("{} is in use: stop the server first", .0.display())]
    InUse(PathBuf),
    /// It is no database of this service, damaged, or where no copy may be.
    #[error("{}: {why}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database can't be read, or the copy not written.
    #[error("{}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// Copies the database as it is at one moment into a new file, for its owner alone. Whoever writes it meanwhile is not held up. A crash
/// leaves the whole copy or none.
///
/// # Errors
///
/// See [`CopyError`].
pub fn copy(database: &Path, to: &Path) -> Result<(), CopyError> {
    publish(to, |draft| {
        drop(new_file(draft)?);
        let failed = |source| CopyError::Database { path: database.to_owned(), source };
        let source =
            Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        let mut copy =
            Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        let backup = Backup::new(&source, &mut copy).map_err(failed)?;
        // All pages in one step: what is written meanwhile is no reason to begin again.
        backup.run_to_completion(i32::MAX, PAUSE, None).map_err(failed)?;
        drop(backup);
        // A file of its own, without a log beside it.
        copy.pragma_update(None, "journal_mode", "DELETE").map_err(failed)
    })
}

/// Copies another file in the same way: to a new one, for its owner alone, whole or not at all.
///
/// # Errors
///
/// See [`CopyError`].
pub fn copy_file(from: &Path, to: &Path) -> Result<(), CopyError> {
    publish(to, |draft| {
        let failed = |source| CopyError::File { path: from.to_owned(), source };
        let mut copy = new_file(draft)?;
        io::copy(&mut File::open(from).map_err(failed)?, &mut copy).map_err(failed)?;
        copy.sync_all().map_err(failed)
    })
}

/// Puts a copy in the place of the database, which is kept beside it under a name that ends in `suffix`: returns that name, where there
/// was a database. A crash leaves the one or the other.
///
/// # Errors
///
/// See [`CopyError`].
pub fn replace(database: &Path, copy: &Path, suffix: &str) -> Result<Option<PathBuf>, CopyError> {
    let is_there = database.try_exists().map_err(|source| file_error(database, source))?;
    // Where it is a link, what it leads to is replaced.
    let path = if is_there { fs::canonicalize(database) } else { Ok(database.to_owned()) };
    let database = &path.map_err(|source| file_error(database, source))?;
    if is_there && is_same(database, copy) {
        return Err(CopyError::Unfit { path: copy.to_owned(), why: "it is the database itself".to_owned() });
    }
    for ending in ["-wal", "-journal"] {
        if fs::metadata(with_suffix(copy, ending)).is_ok_and(|beside| beside.len() > 0) {
            let why = format!("a log ({ending}) is beside it, so it is no copy by `mana-auth backup`");
            return Err(CopyError::Unfit { path: copy.to_owned(), why });
        }
    }
    let locked = if is_there { lock(database)? } else { None };
    let draft = with_suffix(database, ".restoring");
    let outcome = draft_of(copy, &draft).and_then(|()| {
        put(&draft, database, is_there.then(|| with_suffix(database, suffix)))
            .map_err(|source| file_error(database, source))
    });
    let _ = fs::remove_file(&draft);
    drop(locked);
    outcome
}

/// A copy beside the database, whole and of this service.
fn draft_of(copy: &Path, draft: &Path) -> Result<(), CopyError> {
    // Of somebody who was killed.
    let _ = fs::remove_file(draft);
    copy_file(copy, draft)?;
    check(draft, copy)
}

/// Gives the draft the database's name, and what was there before the name `kept`.
fn put(draft: &Path, database: &Path, kept: Option<PathBuf>) -> io::Result<Option<PathBuf>> {
    if let Some(kept) = &kept {
        fs::hard_link(database, kept)?;
        // A log beside it belongs to what was there before.
        for ending in ["-wal", "-shm"] {
            let beside = with_suffix(database, ending);
            if beside.try_exists()? {
                fs::rename(&beside, with_suffix(kept, ending))?;
            }
        }
    }
    fs::rename(draft, database)?;
    sync_folder(database)?;
    Ok(kept)
}

/// The database for ourselves, its log emptied and gone. None where it is damaged, so that nobody works with it.
fn lock(database: &Path) -> Result<Option<Connection>, CopyError> {
    match alone(database, "BEGIN EXCLUSIVE") {
        Ok(connection) => Ok(Some(connection)),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Ok(None),
            _ => Err(CopyError::InUse(database.to_owned())),
        },
    }
}

/// The database as it is, which nobody changes while the connection is open: others can read it.
///
/// # Errors
///
/// [`CopyError::InUse`] while a process has it open.
pub fn hold(database: &Path) -> Result<Connection, CopyError> {
    alone(database, "BEGIN; SELECT count(*) FROM sqlite_schema")
        .map_err(|_| CopyError::InUse(database.to_owned()))
}

/// A connection beside which there is no other.
fn alone(database: &Path, begin: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::ZERO)?;
    // Refused while another connection is open, whatever it does.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    if mode != "delete" {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    connection.execute_batch(begin)?;
    Ok(connection)
}

/// Whether the draft of a copy is a whole database of this service.
fn check(draft: &Path, copy: &Path) -> Result<(), CopyError> {
    // SQLite's words may have several lines.
    let unfit = |why: String| CopyError::Unfit {
        path: copy.to_owned(),
        why: why.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let looked = || -> rusqlite::Result<(String, i64)> {
        let connection = open::read_only(draft, true)?;
        let verdict = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN
                   ('schema_migrations', 'users', 'accounts', 'sessions', 'jwks', 'security_events', 'audit_tree')";
        Ok((verdict, connection.query_row(sql, [], |row| row.get(0))?))
    };
    match looked() {
        Ok((verdict, OUR_TABLES)) if verdict == "ok" => Ok(()),
        Ok((verdict, _)) if verdict == "ok" => Err(unfit("it is no database of this service".to_owned())),
        Ok((verdict, _)) => Err(unfit(verdict)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(unfit("it is no SQLite database".to_owned()))
        }
        Err(_) => Err(unfit("it is no database of this service, or damaged".to_owned())),
    }
}

/// Refuses a name that is taken: nothing is overwritten.
///
/// # Errors
///
/// [`CopyError::Exists`].
pub fn ensure_free(path: &Path) -> Result<(), CopyError> {
    match path.symlink_metadata() {
        Ok(_) => Err(CopyError::Exists(path.to_owned())),
        Err(_) => Ok(()),
    }
}

/// Has a draft written, and gives it its name, which must be free.
fn publish(to: &Path, write: impl FnOnce(&Path) -> Result<(), CopyError>) -> Result<(), CopyError> {
    ensure_free(to)?;
    if [".db-wal", ".db-shm", ".db-journal"].iter().any(|ending| to.to_string_lossy().ends_with(ending)) {
        return Err(CopyError::Unfit {
            path: to.to_owned(),
            why: "SQLite takes such a name for a log".to_owned(),
        });
    }
    let draft = with_suffix(to, ".partial");
    // Of somebody who was killed.
    let _ = fs::remove_file(&draft);
    let written = write(&draft).and_then(|()| {
        // Unlike a rename, a link never replaces what is there.
        fs::hard_link(&draft, to).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => CopyError::Exists(to.to_owned()),
            _ => file_error(to, source),
        })
    });
    let _ = fs::remove_file(&draft);
    written?;
    sync_folder(to).map_err(|source| file_error(to, source))
}

fn new_file(path: &Path) -> Result<File, CopyError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|source| file_error(path, source))?;
    restrict(path);
    belong_to_folder(path).map_err(|source| file_error(path, source))?;
    Ok(file)
}

/// What root makes in somebody's folder is theirs: a server that runs as they do has to open it.
fn belong_to_folder(path: &Path) -> io::Result<()> {
    let (folder, file) = (fs::metadata(folder_of(path))?, fs::metadata(path)?);
    if file.uid() != 0 || folder.uid() == 0 {
        return Ok(());
    }
    chown(path, Some(folder.uid()), Some(folder.gid()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// So that a name survives a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    id(one).is_some() && id(one) == id(other)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn file_error(path: &Path, source: io::Error) -> CopyError {
    CopyError::File { path: path.to_owned(), source }
}
