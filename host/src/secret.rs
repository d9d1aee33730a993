//! The secret that the service makes for itself where nobody configured one: the file `secret` in the data
//! folder, one line in the form of the key `secrets`.

mod rotate;

pub use rotate::{MOST_VERSIONS, check, rotate};

use crate::{
    file_mode::exposed,
    random::{Exhausted, Random},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The file's name in the data folder.
pub const FILE: &str = "secret";

/// The length of a generated secret in bytes: the key size of what is derived from it.
const LENGTH: usize = 32;

/// The most of the file that is read: room for some hundred versions of a secret that somebody rotates in it.
const LIMIT: u64 = 16 << 10;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder can't be made or written.
    #[error("data: cannot use {path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file can't be read or written.
    #[error("secret: {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else may read the file.
    #[error("secret: others can read {path} (mode {mode:04o}): run `chmod 600 {path}`", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Somebody else made the file.
    #[error("secret: {path} belongs to another user (id {owner})", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A database is there whose keys a new secret could not open.
    #[error("secret: {path} is missing, but a database is there: restore the file, or set `secrets`", path = path.display())]
    Lost {
        /// The file.
        path: PathBuf,
    },
    /// The file isn't where it seems to be: replacing it would leave behind whoever made the link.
    #[error("secret: {path} is a symbolic link: rotate the secret where it is kept", path = path.display())]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("secret: {path} is no list of version:secret that a higher version could lead", path = path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// There are too many versions to add another.
    #[error("secret: {path} holds {MOST_VERSIONS} versions, as many as it may: take away those that nothing needs any more (docs/operations.md)", path = path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// There is no chance to be had.
    #[error("secret: {0}")]
    Random(#[from] Exhausted),
}

/// The content of the file, or nothing where it doesn't exist.
///
/// # Errors
///
/// It can't be read, or others can.
pub fn read(folder: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    read_file(folder.join(FILE))
}

fn read_file(path: PathBuf) -> Result<Option<Zeroizing<String>>, Error> {
    let failed = |source| Error::File { path: path.clone(), source };
    let file = match File::open(&path) {
        Ok(file) => file,
        // A parent that is no folder is reported when the folder is made.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if let Some(mode) = exposed(&metadata) {
        return Err(Error::Exposed { path, mode });
    }
    // Whoever owns the file knows it, and could have put it there. Root could anyway.
    if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) {
        return Err(Error::Foreign { path, owner: metadata.uid() });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LIMIT).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(Zeroizing::new(text.trim().to_owned())))
}

/// The content of the file, which is made where it doesn't exist, and its folder too (mode 0700).
///
/// Of several processes that do this at once, one makes the file and all read it; a crash leaves a whole file
/// or none.
///
/// # Errors
///
/// See [`Error`].
pub fn read_or_create(
    folder: &Path,
    database: &Path,
    random: &dyn Random,
) -> Result<Zeroizing<String>, Error> {
    if let Some(secret) = read(folder)? {
        return Ok(secret);
    }
    let path = folder.join(FILE);
    if database.exists() {
        return Err(Error::Lost { path });
    }
    create_folder(folder)?;
    let line = generate(random)?;
    let mut nonce = [0; 8];
    random.fill(&mut nonce)?;
    let draft = folder.join(format!(".secret-{:016x}", u64::from_be_bytes(nonce)));
    publish(&draft, &path, &line).map_err(|source| Error::File { path: path.clone(), source })?;
    read(folder)?.ok_or_else(|| Error::File { path, source: io::ErrorKind::NotFound.into() })
}

/// Makes the data folder, if it is missing, for its owner alone.
///
/// # Errors
///
/// [`Error::Folder`].
pub fn create_folder(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

/// A new secret, as version 1.
///
/// # Errors
///
/// The random source has failed.
pub fn generate(random: &dyn Random) -> Result<Zeroizing<String>, Exhausted> {
    generate_version(1, random)
}

fn generate_version(version: u32, random: &dyn Random) -> Result<Zeroizing<String>, Exhausted> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    random.fill(bytes.as_mut())?;
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()));
    Ok(Zeroizing::new(format!("{version}:{}", encoded.as_str())))
}

/// Writes the draft and gives it its name, unless another process was faster.
fn publish(draft: &Path, path: &Path, line: &str) -> io::Result<()> {
    // Unlike a rename, a link never replaces what is there.
    let written = write(draft, line).and_then(|()| match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(draft);
    written?;
    removed?;
    // So that the name survives a power cut, as the database will, whose keys the secret seals.
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// Writes a new file, to the disk itself.
fn write(draft: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(line.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Error, create_folder, read, read_or_create};
    use crate::random::{Exhausted, Random, SystemRandom};
    use std::{
        fs,
        os::unix::fs::PermissionsExt as _,
        path::Path,
        sync::{Barrier, Mutex},
        thread,
    };

    fn make(folder: &Path) -> Result<String, Error> {
        read_or_create(folder, &folder.join("database"), &SystemRandom).map(|secret| secret.to_string())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("metadata").permissions().mode() & 0o7777
    }

    #[test]
    fn it_is_made_once_and_kept_for_its_owner() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("deep/data");
        assert!(read(&folder).expect("no error").is_none());
        let first = make(&folder).expect("made");
        assert_eq!(make(&folder).expect("kept"), first);
        assert_eq!(first.strip_prefix("1:").map(str::len), Some(43));
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("secret")), 0o600);
        assert_eq!(fs::read_dir(&folder).expect("listed").count(), 1, "drafts are removed");
    }

    #[test]
    fn processes_that_race_agree() {
        const RACERS: usize = 8;
        let folder = tempfile::tempdir().expect("a folder");
        let (start, seen) = (Barrier::new(RACERS), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..RACERS {
                scope.spawn(|| {
                    start.wait();
                    let secret = make(folder.path()).expect("made");
                    seen.lock().expect("no panic").push(secret);
                });
            }
        });
        let seen = seen.into_inner().expect("no panic");
        assert_eq!(seen.len(), RACERS);
        assert!(seen.iter().all(|secret| Some(secret) == seen.first()));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        make(folder.path()).expect("made");
        let path = folder.path().join("secret");
        for bits in [0o644, 0o660, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).expect("changed");
            let error = make(folder.path()).expect_err("refused");
            assert!(matches!(error, Error::Exposed { mode, .. } if mode == bits), "{error}");
        }
    }

    #[test]
    fn a_lost_one_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("database"), "").expect("written");
        assert!(matches!(make(folder.path()), Err(Error::Lost { .. })));
        assert!(!folder.path().join("secret").exists());
    }

    #[test]
    fn without_chance_there_is_none() {
        struct Broken;
        impl Random for Broken {
            fn fill(&self, _: &mut [u8]) -> Result<(), Exhausted> {
                Err(Exhausted)
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let made = read_or_create(folder.path(), &folder.path().join("database"), &Broken);
        assert!(matches!(made, Err(Error::Random(_))));
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        let error = create_folder(&file.join("data")).expect_err("refused").to_string();
        assert!(error.starts_with("data: cannot use ") && error.contains("file/data"), "{error}");
    }
}
