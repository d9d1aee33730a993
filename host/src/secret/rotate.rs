//! A new version in front of those that the file holds.

use super::{Error, FILE, generate_version, read, read_file, write};
use crate::random::Random;
use std::{
    fs::{self, File},
    io,
    path::Path,
};
use zeroize::Zeroizing;

/// How many versions the file may hold. Each is needed for a minute or two after the next one is taken up, and so many
/// of the longest that the component accepts (512 bytes) fit into what is read of the file.
pub const MOST_VERSIONS: usize = 16;

/// The next version on its way into the file. Whoever holds the lock may remove what a crash left of it.
const DRAFT: &str = ".secret-next";

/// Puts a new version in front of those in the file, and returns its number. The older ones stay: they open what they
/// sealed.
///
/// A crash leaves the old file or the new one, whole. Of several that rotate at once, each builds on what the one
/// before it wrote.
///
/// # Errors
///
/// See [`Error`]. Whatever fails, no version is lost.
pub fn rotate(folder: &Path, random: &dyn Random) -> Result<u32, Error> {
    let path = folder.join(FILE);
    let failed = |source| Error::File { path: path.clone(), source };
    // Of the folder, because the file is another one afterwards. It ends with the process, however that ends.
    let locked = File::open(folder).and_then(|folder| folder.lock().map(|()| folder)).map_err(failed)?;
    let Some(old) = read(folder)? else { return Err(Error::Lost { path }) };
    if path.is_symlink() {
        return Err(Error::Linked { path });
    }
    if old.split(',').count() >= MOST_VERSIONS {
        return Err(Error::Full { path });
    }
    let Some(version) = next(&old) else { return Err(Error::Form { path }) };
    let item = generate_version(version, random)?;
    let line = Zeroizing::new(format!("{},{}", item.as_str(), old.as_str()));
    let draft = folder.join(DRAFT);
    remove_if_there(&draft).map_err(failed)?;
    if let Err(source) = write(&draft, &line).and_then(|()| fs::rename(&draft, &path)) {
        // What failed says more than what becomes of the draft, which the next rotation removes.
        let _ = fs::remove_file(&draft);
        return Err(failed(source));
    }
    // So that it survives a power cut, as the database will, whose keys it will seal.
    locked.sync_all().map_err(failed)?;
    Ok(version)
}

/// Whether a file may be put in the place of the secret.
///
/// # Errors
///
/// It can't be read, others can, or it holds something else.
pub fn check(path: &Path) -> Result<(), Error> {
    let missing = || Error::File { path: path.to_owned(), source: io::ErrorKind::NotFound.into() };
    let text = read_file(path.to_owned())?.ok_or_else(missing)?;
    if next(&text).is_some() { Ok(()) } else { Err(Error::Form { path: path.to_owned() }) }
}

/// One more than the highest version.
fn next(list: &str) -> Option<u32> {
    let version = |item: &str| item.trim().split_once(':')?.0.parse::<u32>().ok();
    let versions: Option<Vec<u32>> = list.split(',').map(version).collect();
    versions?.into_iter().max()?.checked_add(1)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::{DRAFT, MOST_VERSIONS, rotate};
    use crate::{
        random::{Exhausted, Random, SystemRandom},
        secret::{Error, read, read_or_create},
    };
    use std::{
        collections::BTreeSet,
        fs,
        os::unix::fs::{PermissionsExt as _, symlink},
        path::Path,
        thread,
    };
    use tempfile::TempDir;

    /// A folder with a secret, and its content.
    fn made() -> (TempDir, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = read_or_create(folder.path(), &folder.path().join("database"), &SystemRandom);
        let secret = secret.expect("made").to_string();
        (folder, secret)
    }

    fn content(folder: &Path) -> String {
        read(folder).expect("readable").expect("there").to_string()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("listed");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_new_version_leads_and_the_old_ones_stay() {
        let (folder, first) = made();
        assert_eq!(rotate(folder.path(), &SystemRandom).expect("rotated"), 2);
        let second = content(folder.path());
        let (new, rest) = second.split_once(',').expect("two versions");
        assert_eq!((new.strip_prefix("2:").map(str::len), rest), (Some(43), first.as_str()));
        assert_ne!(new[2..], first[2..]);
        assert_eq!(rotate(folder.path(), &SystemRandom).expect("rotated"), 3);
        assert!(content(folder.path()).ends_with(&second));
        let mode = fs::metadata(folder.path().join("secret")).expect("metadata").permissions().mode();
        assert_eq!((mode & 0o7777, names(folder.path())), (0o600, vec!["secret".to_owned()]));
    }

    #[test]
    fn whoever_rotates_at_the_same_time_loses_no_version() {
        let (folder, _) = made();
        let seen = thread::scope(|scope| {
            let rotate = || rotate(folder.path(), &SystemRandom).expect("rotated");
            let racers: Vec<_> = (0..8).map(|_| scope.spawn(rotate)).collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).collect::<BTreeSet<_>>()
        });
        assert_eq!(seen, (2..10).collect());
        let content = content(folder.path());
        let versions: Vec<u32> = content
            .split(',')
            .map(|item| item.split(':').next().expect("a version").parse().expect("a number"))
            .collect();
        assert_eq!(versions, (1..10).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_a_crash_left_is_in_nobodys_way() {
        let (folder, first) = made();
        fs::write(folder.path().join(DRAFT), "2:half").expect("written");
        rotate(folder.path(), &SystemRandom).expect("rotated");
        assert!(content(folder.path()).ends_with(&first));
        assert_eq!(names(folder.path()), ["secret"]);
    }

    #[test]
    fn there_is_an_end_to_it() {
        let (folder, _) = made();
        for version in 2..=u32::try_from(MOST_VERSIONS).expect("a small number") {
            assert_eq!(rotate(folder.path(), &SystemRandom).expect("rotated"), version);
        }
        let before = content(folder.path());
        let refused = rotate(folder.path(), &SystemRandom).expect_err("refused");
        assert!(matches!(refused, Error::Full { .. }), "{refused}");
        assert_eq!(content(folder.path()), before);
    }

    #[test]
    fn what_is_no_secret_of_ours_is_left_alone() {
        let (folder, first) = made();
        let path = folder.path().join("secret");
        let highest = first.replacen('1', &u32::MAX.to_string(), 1);
        for text in ["", "hunter2", "one:two", highest.as_str()] {
            fs::write(&path, text).expect("written");
            let refused = rotate(folder.path(), &SystemRandom).expect_err("refused");
            assert!(matches!(refused, Error::Form { .. }), "{refused}");
            assert_eq!(content(folder.path()), text);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        assert!(matches!(rotate(folder.path(), &SystemRandom), Err(Error::Exposed { .. })));
        fs::rename(&path, folder.path().join("elsewhere")).expect("renamed");
        assert!(matches!(rotate(folder.path(), &SystemRandom), Err(Error::Lost { .. })));
        fs::set_permissions(folder.path().join("elsewhere"), fs::Permissions::from_mode(0o600))
            .expect("changed");
        symlink("elsewhere", &path).expect("linked");
        assert!(matches!(rotate(folder.path(), &SystemRandom), Err(Error::Linked { .. })));
    }

    #[test]
    fn without_chance_the_file_stays_as_it_was() {
        struct Broken;
        impl Random for Broken {
            fn fill(&self, _: &mut [u8]) -> Result<(), Exhausted> {
                Err(Exhausted)
            }
        }
        let (folder, first) = made();
        assert!(matches!(rotate(folder.path(), &Broken), Err(Error::Random(_))));
        assert_eq!((content(folder.path()), names(folder.path())), (first, vec!["secret".to_owned()]));
    }
}
