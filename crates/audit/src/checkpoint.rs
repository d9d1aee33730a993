//! Checkpoints: what is signed of a tree (C2SP `tlog-checkpoint`).

pub use crate::note::Malformed;
use crate::{
    hash::Hash,
    note::{KeyName, Note, SigningKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::fmt;

/// A tree head: the size and root of a tree, under the name of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, and of the key that signs.
    pub origin: KeyName,
    /// The number of leaves.
    pub size: u64,
    /// The root hash.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs the checkpoint, with a key under the name of its origin.
    #[must_use]
    pub fn sign(&self, seed: &[u8; 32]) -> Note {
        Note::sign(self.to_string(), &SigningKey::from_seed(self.origin.clone(), seed))
    }

    /// Parses a signed note whose text is a checkpoint. The signature is not verified: see
    /// [`Note::is_signed_by`].
    ///
    /// # Errors
    ///
    /// Where the text is no note, or the note no checkpoint.
    pub fn of_note(note: &str) -> Result<(Note, Self), Malformed> {
        let note = Note::parse(note)?;
        let checkpoint = Self::parse(note.text())?;
        Ok((note, checkpoint))
    }

    /// Parses the text of a note. Extension lines, from the fourth on, are ignored.
    ///
    /// # Errors
    ///
    /// Where the text is no checkpoint.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut lines = text.strip_suffix('\n').ok_or(Malformed::Checkpoint)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Malformed::Checkpoint);
        };
        let number = size.parse::<u64>().ok().filter(|number| number.to_string() == size);
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        match (number, root) {
            (Some(size), Some(root)) if lines.all(|line| !line.is_empty()) => {
                Ok(Self { origin: KeyName::parse(origin)?, size, root })
            }
            _ => Err(Malformed::Checkpoint),
        }
    }
}

/// The text that is signed: origin, size and root hash, a line each.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_published_example_is_read_and_written() {
        let checkpoint = Checkpoint::parse(PUBLISHED).expect("a checkpoint");
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.to_string(), PUBLISHED);
        assert_eq!(Checkpoint::parse(&format!("{PUBLISHED}more\n")).as_ref(), Ok(&checkpoint));
    }

    #[test]
    fn other_text_is_refused() {
        let with = |from: &str, to: &str| PUBLISHED.replace(from, to);
        for text in [
            String::new(),
            with("20852163", "020852163"),
            with("20852163", "+20852163"),
            with("20852163", "99999999999999999999"),
            with("CsUY", "Cs"),
            with("example.com", "example com"),
            format!("{PUBLISHED}\n"),
            PUBLISHED.trim_end().to_owned(),
        ] {
            assert!(Checkpoint::parse(&text).is_err(), "{text}");
        }
    }
}
