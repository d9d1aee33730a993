//! The file that checkpoints are kept in, outside the database: signed notes, one behind the other, never changed.

use crate::file_mode::restrict;
use mana_auth_audit::Checkpoint;
use std::{
    collections::{HashSet, VecDeque},
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

/// How much of the file's end is read: room for many notes of some 300 bytes.
const TAIL: u64 = 64 << 10;
/// What a line of signatures begins with (C2SP `signed-note`).
const SIGNED_BY: &str = "\u{2014} ";
/// What is put behind half a line, so that it is no signature.
const CUT_OFF: &[u8] = b" (cut off)\n";
/// The lines of a checkpoint before its signatures, the empty one included.
const TEXT_LINES: usize = 4;

/// The file, open for appending.
#[derive(Debug)]
pub struct Checkpoints {
    path: PathBuf,
    file: Mutex<File>,
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
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
            restrict(path);
            let tail = tail(&mut file)?;
            if !tail.is_empty() && !tail.ends_with('\n') {
                // Half a note, from a process that died: it stays, and is none.
                file.write_all(CUT_OFF)?;
            }
            Ok(file)
        };
        match open() {
            Ok(file) => Ok(Self { path: path.to_owned(), file: Mutex::new(file) }),
            Err(source) => Err(CheckpointsError { path: path.to_owned(), source }),
        }
    }

    /// The newest notes that are kept, as they are now: another process may keep some too. One of each name, the newest first.
    ///
    /// # Errors
    ///
    /// Where they can't be read.
    pub fn newest(&self) -> Result<Vec<String>, CheckpointsError> {
        let read = || last_notes(&mut *self.open_file()?);
        let mut notes = read().map_err(|source| self.failed(source))?;
        notes.reverse();
        let mut names = HashSet::new();
        notes.retain(|note| names.insert(note.lines().next().unwrap_or_default().to_owned()));
        Ok(notes)
    }

    fn open_file(&self) -> io::Result<MutexGuard<'_, File>> {
        self.file.lock().map_err(|_| io::ErrorKind::Other.into())
    }

    fn failed(&self, source: io::Error) -> CheckpointsError {
        CheckpointsError { path: self.path.clone(), source }
    }

    /// Keeps a note, if it is another than the newest. Returns once it is on the disk.
    ///
    /// # Errors
    ///
    /// Where it can't be written.
    pub fn keep(&self, note: &str) -> Result<(), CheckpointsError> {
        let write = || -> io::Result<()> {
            let mut file = self.open_file()?;
            if last_notes(&mut file)?.last().is_some_and(|last| last == note) {
                return Ok(());
            }
            file.write_all(format!("{note}\n").as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| self.failed(source))
    }
}

/// The notes of such a file, or of one that holds a single note, in order, whatever else stands between them; no more than it holds
/// when this is called.
///
/// # Errors
///
/// Where it can't be read.
pub fn notes(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>> + use<>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok(Notes::new(BufReader::new(file.take(length))))
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

/// The last of a file's notes, in order.
fn last_notes(file: &mut File) -> io::Result<Vec<String>> {
    Notes::new(tail(file)?.as_bytes()).collect()
}

/// The notes among lines.
struct Notes<R> {
    source: R,
    /// The last few lines, as many as a checkpoint has before its signatures.
    last: VecDeque<String>,
    /// A note whose signatures are being read.
    note: Option<String>,
}

impl<R: BufRead> Notes<R> {
    const fn new(source: R) -> Self {
        Self { source, last: VecDeque::new(), note: None }
    }

    /// A note that has ended, if it is one.
    fn ended(&mut self) -> Option<String> {
        self.note.take().filter(|note| Checkpoint::of_note(note).is_ok())
    }
}

impl<R: BufRead> Iterator for Notes<R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            match self.source.read_until(b'\n', &mut line) {
                Ok(0) => return self.ended().map(Ok),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            let is_whole = line.ends_with(b"\n");
            let line = String::from_utf8_lossy(&line).into_owned();
            if line.starts_with(SIGNED_BY) {
                let note = self.note.get_or_insert_with(|| self.last.iter().map(String::as_str).collect());
                note.push_str(&line);
                if !is_whole {
                    // Cut off, from a process that died.
                    self.note = None;
                }
                continue;
            }
            let ended = self.ended();
            if self.last.len() == TEXT_LINES {
                self.last.pop_front();
            }
            self.last.push_back(line);
            if let Some(note) = ended {
                return Some(Ok(note));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(size: u32) -> String {
        let root = "A".repeat(43) + "=";
        format!("auth.example/audit/1\n{size}\n{root}\n\n\u{2014} auth.example/audit/1 AAAAAAAAAAAA\n")
    }

    fn last(checkpoints: &Checkpoints) -> Option<String> {
        checkpoints.newest().expect("the file").into_iter().next()
    }

    fn notes_in(text: &str) -> Vec<String> {
        Notes::new(text.as_bytes()).collect::<io::Result<_>>().expect("a text")
    }

    #[test]
    fn what_another_process_keeps_is_found_and_the_newest_of_each_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let (one, other) = (Checkpoints::open(&path).expect("new"), Checkpoints::open(&path).expect("old"));
        let of_another_name = note(9).replace("audit/1", "audit/2");
        for kept in [note(1), note(2), of_another_name.clone(), note(3), of_another_name.clone()] {
            one.keep(&kept).expect("it is kept");
        }
        assert_eq!(other.newest().expect("the file"), [of_another_name.clone(), note(3)]);
        other.keep(&of_another_name).expect("it is there");
        assert_eq!(notes_in(&std::fs::read_to_string(&path).expect("the file")).len(), 5);
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let checkpoints = Checkpoints::open(&path).expect("a new file");
        assert_eq!(last(&checkpoints), None);
        for size in [1, 2, 2, 300] {
            checkpoints.keep(&note(size)).expect("room");
        }
        assert_eq!(last(&Checkpoints::open(&path).expect("the file")), Some(note(300)));
        let text = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(text, [1, 2, 300].map(|size| note(size) + "\n").concat(), "each once");
    }

    #[test]
    fn half_a_note_hides_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        std::fs::write(&path, format!("{}\nauth.example/audit/1\n77", note(5))).expect("a file");
        let checkpoints = Checkpoints::open(&path).expect("the file");
        assert_eq!(last(&checkpoints), Some(note(5)));
        checkpoints.keep(&note(6)).expect("room");
        assert_eq!(last(&Checkpoints::open(&path).expect("the file")), Some(note(6)));
    }

    #[test]
    fn a_note_that_was_cut_off_in_its_signature_hides_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let whole = note(6);
        for end in 1..whole.len() {
            let cut = whole.as_bytes().get(..end).expect("a part");
            std::fs::write(&path, [format!("{}\n", note(5)).as_bytes(), cut].concat()).expect("a file");
            for _ in 0..2 {
                let last = last(&Checkpoints::open(&path).expect("the file"));
                assert_eq!(last, Some(note(5)), "{end}");
            }
        }
    }

    #[test]
    fn every_note_of_a_file_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let text = format!("noise\n{}\n{}more noise\n\n{}{}", note(1), note(2), note(3), "half");
        std::fs::write(&path, text).expect("a file");
        let notes: Vec<String> = notes(&path).expect("the file").map(|note| note.expect("a line")).collect();
        assert_eq!(notes, [note(1), note(2), note(3)]);
    }

    #[test]
    fn the_end_of_a_long_file_is_enough() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");
        let many: String = (0..5_000).map(|size| note(size) + "\n").collect();
        std::fs::write(&path, many).expect("a file");
        assert_eq!(last(&Checkpoints::open(&path).expect("the file")), Some(note(4_999)));
    }

    #[test]
    fn other_text_holds_none() {
        for text in ["", "\u{2014} a\n", "a\nb\n\n\u{2014} c\n", note(1).trim_end()] {
            assert_eq!(notes_in(text).last().cloned(), None, "{text}");
        }
        assert_eq!(notes_in(&format!("noise\n{}", note(1))).pop(), Some(note(1)));
    }
}
