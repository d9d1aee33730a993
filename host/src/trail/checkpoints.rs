//! The file that checkpoints are kept in, outside the database: signed notes, one behind the other, never changed.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Mutex,
};

/// How much of the file's end is read: room for many notes of some 300 bytes.
const TAIL: u64 = 64 << 10;
/// What a line of signatures begins with (C2SP `signed-note`).
const SIGNED_BY: &str = "\u{2014} ";
/// The lines of a checkpoint before its signatures, the empty one included.
const TEXT_LINES: usize = 4;

/// The file, open for appending.
#[derive(Debug)]
pub struct Checkpoints {
    path: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    file: File,
    last: Option<String>,
}

/// Why the file can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("audit_checkpoint_file: {path}: {source}", path = path.display())]
pub struct CheckpointsError {
    path: PathBuf,
    source: io::Error,
}

impl Checkpoints {
    /// Opens the file; makes it, for its owner alone, where there is none. Its folder must exist.
    ///
    /// # Errors
    ///
    /// Where it can't be read or written.
    pub fn open(path: &Path) -> Result<Self, CheckpointsError> {
        let open = || -> io::Result<Kept> {
            let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
            let tail = tail(&mut file)?;
            if !tail.is_empty() && !tail.ends_with('\n') {
                // Half a note, from a process that died: it stays, and hurts nobody.
                file.write_all(b"\n")?;
            }
            Ok(Kept { file, last: last_note(&tail) })
        };
        match open() {
            Ok(kept) => Ok(Self { path: path.to_owned(), kept: Mutex::new(kept) }),
            Err(source) => Err(CheckpointsError { path: path.to_owned(), source }),
        }
    }

    /// The newest note that is kept.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        self.kept.lock().map(|kept| kept.last.clone()).unwrap_or_default()
    }

    /// Keeps a note, if it is another than the newest. Returns once it is on the disk.
    ///
    /// # Errors
    ///
    /// Where it can't be written.
    pub fn keep(&self, note: &str) -> Result<(), CheckpointsError> {
        let write = || -> io::Result<()> {
            let mut kept = self.kept.lock().map_err(|_| io::ErrorKind::Other)?;
            if kept.last.as_deref() == Some(note) {
                return Ok(());
            }
            kept.file.write_all(format!("{note}\n").as_bytes())?;
            kept.file.sync_all()?;
            kept.last = Some(note.to_owned());
            Ok(())
        };
        write().map_err(|source| CheckpointsError { path: self.path.clone(), source })
    }
}

/// The newest note of such a file, or of one that holds a single note; none where it holds none.
///
/// # Errors
///
/// Where it can't be read.
pub fn newest_note(path: &Path) -> io::Result<Option<String>> {
    Ok(last_note(&tail(&mut File::open(path)?)?))
}

/// The end of a file of notes, from a whole line on.
fn tail(file: &mut File) -> io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(match text.split_once('\n') {
        Some((_, whole)) if from > 0 => whole.to_owned(),
        _ => text.into_owned(),
    })
}

/// The last whole note of a text that holds several, whatever else stands between them.
fn last_note(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
    let is_signature = |line: &&str| line.starts_with(SIGNED_BY);
    let end = lines.iter().rposition(is_signature)? + 1;
    let start = lines.get(..end)?.iter().rposition(|line| !is_signature(line))? + 1;
    lines.get(start.checked_sub(TEXT_LINES)?..end).map(<[&str]>::concat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(size: u32) -> String {
        format!("auth.example/audit/1\n{size}\nAAAA\n\n\u{2014} auth.example/audit/1 AAAA\n")
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let checkpoints = Checkpoints::open(&path).expect("a new file");
        assert_eq!(checkpoints.last(), None);
        for size in [1, 2, 2, 300] {
            checkpoints.keep(&note(size)).expect("room");
        }
        assert_eq!(Checkpoints::open(&path).expect("the file").last(), Some(note(300)));
        let text = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(text, [1, 2, 300].map(|size| note(size) + "\n").concat(), "each once");
    }

    #[test]
    fn half_a_note_hides_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        std::fs::write(&path, format!("{}\nauth.example/audit/1\n77", note(5))).expect("a file");
        let checkpoints = Checkpoints::open(&path).expect("the file");
        assert_eq!(checkpoints.last(), Some(note(5)));
        checkpoints.keep(&note(6)).expect("room");
        assert_eq!(Checkpoints::open(&path).expect("the file").last(), Some(note(6)));
    }

    #[test]
    fn the_end_of_a_long_file_is_enough() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let many: String = (0..5_000).map(|size| note(size) + "\n").collect();
        std::fs::write(&path, many).expect("a file");
        assert_eq!(Checkpoints::open(&path).expect("the file").last(), Some(note(4_999)));
    }

    #[test]
    fn other_text_holds_none() {
        for text in ["", "\u{2014} a\n", "a\nb\n\n\u{2014} c\n", note(1).trim_end()] {
            assert_eq!(last_note(text), None, "{text}");
        }
        assert_eq!(last_note(&format!("noise\n{}", note(1))), Some(note(1)));
    }
}
