//! The development outbox: mails become files, which any mail program opens.

use super::{mailer::Mailer, mime};
use crate::{
    bindings::mana::auth::mailer::{Message, Outcome},
    clock::Clock,
};
use async_trait::async_trait;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

/// The folder's name in the data folder.
pub const FOLDER: &str = "outbox";

/// How many files are kept: the newest.
const MOST: usize = 1000;

/// A folder of mails.
pub struct Folder {
    path: PathBuf,
    clock: Arc<dyn Clock>,
}

/// A mail in the folder.
pub struct Kept {
    /// The file's name.
    pub name: String,
    /// The whole message.
    pub content: Vec<u8>,
}

impl Folder {
    /// In the data folder.
    #[must_use]
    pub fn new(data: &Path, clock: Arc<dyn Clock>) -> Self {
        Self { path: data.join(FOLDER), clock }
    }

    fn write(&self, message: &Message, content: &[u8]) -> io::Result<PathBuf> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        // In the order of time; a mail that is sent twice is one file.
        let path = self.path.join(format!("{}.eml", message.id));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(content)?;
        let names = names(&self.path)?;
        for old in names.iter().rev().skip(MOST) {
            // Another mail may have been faster.
            let _ = fs::remove_file(self.path.join(old));
        }
        Ok(path)
    }

    /// The mails, the oldest first.
    ///
    /// # Errors
    ///
    /// Where the folder can't be read.
    pub fn kept(&self) -> io::Result<Vec<Kept>> {
        let names = names(&self.path)?;
        names.into_iter().map(|name| Ok(Kept { content: fs::read(self.path.join(&name))?, name })).collect()
    }
}

/// The names of the mails, in the order of time: ids are UUIDv7.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string().ok().filter(|name| name.ends_with(".eml")));
    }
    names.sort();
    Ok(names)
}

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, message: Message) -> Outcome {
        let at = UNIX_EPOCH + Duration::from_millis(self.clock.now());
        let content = match mime::build_readable(&message, at) {
            Ok(mime) => mime.formatted(),
            Err(problem) => return Outcome::Never(problem.into()),
        };
        match self.write(&message, &content) {
            Ok(path) => {
                // The one place where a link stands in a log: there is no other mailbox here.
                let link = message.text.lines().find(|line| line.starts_with("http"));
                tracing::info!(to = message.to, subject = message.subject, link, file = %path.display(), "a mail");
                Outcome::Accepted
            }
            Err(error) => Outcome::Later(format!("the folder of mails can't be written: {}", error.kind())),
        }
    }
}
