//! Signed notes (C2SP `signed-note`) with Ed25519 keys: text that people can read, and keys that they can
//! paste.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

/// The signature type of Ed25519.
const ED25519: u8 = 1;
/// What a signature line begins with: an em dash and a space.
const SIGNED_BY: &str = "\u{2014} ";
/// The most signatures of a note: the number that the specification demands of a verifier.
const SIGNATURES: usize = 16;

/// The name of a key: not empty, and without spaces, control characters and `+`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

/// Text that does not have the form that it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a name.
    #[error("the name of a key must not be empty nor hold spaces or `+`")]
    KeyName,
    /// Not `name+hash+key`.
    #[error("must be a verifier key: <name>+<hash>+<base64>")]
    VerifierKey,
    /// Not a signed note.
    #[error("must be a signed note: text, an empty line, and lines of signatures")]
    Note,
    /// Not a checkpoint.
    #[error("must be a checkpoint: origin, size and root hash, each on a line of its own")]
    Checkpoint,
}

/// A public key, without a name. One key may sign under several names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A verifier key: a public key and its name. Its text form is `<name>+<hash>+<base64 of type and key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    key: PublicKey,
}

/// A private key and its name. Not `Debug`, and wiped when dropped.
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

/// A signed note: text and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: KeyName,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

impl KeyName {
    /// Parses a name.
    ///
    /// # Errors
    ///
    /// Where the text is no name.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if text.is_empty() || text.contains(wrong) {
            Err(Malformed::KeyName)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PublicKey {
    /// A key from its 32 bytes (RFC 8032). None where they are no point of the curve.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().map(Self)
    }

    /// The key of a seed (RFC 8032 §5.1.5).
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed).verifying_key())
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key under a name.
    #[must_use]
    pub const fn named(self, name: KeyName) -> VerifierKey {
        VerifierKey { name, key: self }
    }
}

impl VerifierKey {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key without its name.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.key
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_str())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.to_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        [a, b, c, d]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&[ED25519][..], &self.key.to_bytes()].concat());
        write!(f, "{}+{:08x}+{encoded}", self.name, u32::from_be_bytes(self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Malformed::VerifierKey);
        };
        let bytes = STANDARD.decode(key).map_err(|_| Malformed::VerifierKey)?;
        let Some((&ED25519, bytes)) = bytes.split_first() else { return Err(Malformed::VerifierKey) };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| Malformed::VerifierKey)?;
        let key = PublicKey::from_bytes(bytes).ok_or(Malformed::VerifierKey)?.named(KeyName::parse(name)?);
        if format!("{:08x}", u32::from_be_bytes(key.id())) == id {
            Ok(key)
        } else {
            Err(Malformed::VerifierKey)
        }
    }
}

impl SigningKey {
    /// The key of a seed (RFC 8032 §5.1.5).
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Its public part.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        PublicKey(self.key.verifying_key()).named(self.name.clone())
    }
}

impl Note {
    /// Signs text, which must end with a newline.
    #[must_use]
    pub fn sign(text: String, key: &SigningKey) -> Self {
        let bytes = key.key.sign(text.as_bytes()).to_vec();
        let signature = Signature { name: key.name.clone(), key_id: key.verifier().id(), bytes };
        Self { text, signatures: vec![signature] }
    }

    /// Parses a note. The signatures are not verified: see [`Note::is_signed_by`].
    ///
    /// # Errors
    ///
    /// Where the text is no note.
    pub fn parse(note: &str) -> Result<Self, Malformed> {
        let control = |c: char| c < ' ' && c != '\n';
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(Malformed::Note)?;
        if note.contains(control) || !note.ends_with('\n') {
            return Err(Malformed::Note);
        }
        let lines = signatures.lines();
        let signatures = lines.map(Signature::parse).collect::<Option<Vec<_>>>().ok_or(Malformed::Note)?;
        if !(1..=SIGNATURES).contains(&signatures.len()) {
            return Err(Malformed::Note);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The text, with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the key has signed the text. Every signature that names the key must be valid: one that is
    /// not spoils the note.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let id = key.id();
        let mut by_key =
            self.signatures.iter().filter(|by| by.name == key.name && by.key_id == id).peekable();
        by_key.peek().is_some() && by_key.all(|signature| signature.is_of(key, self.text.as_bytes()))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Signature { name, key_id, bytes } in &self.signatures {
            writeln!(f, "{SIGNED_BY}{name} {}", STANDARD.encode([&key_id[..], bytes].concat()))?;
        }
        Ok(())
    }
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (key_id, bytes) = decoded.split_first_chunk()?;
        Some(Self { name: KeyName::parse(name).ok()?, key_id: *key_id, bytes: bytes.to_vec() })
    }

    fn is_of(&self, key: &VerifierKey, text: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(&self.bytes);
        signature.is_ok_and(|signature| key.key.0.verify_strict(text, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the package `golang.org/x/mod/sumdb/note`, which the specification grew out of.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key(text: &str) -> VerifierKey {
        text.parse().expect("a key")
    }

    #[test]
    fn a_published_note_verifies_and_no_other_does() {
        let note = Note::parse(NOTE).expect("a note");
        assert!(note.is_signed_by(&key(KEY)));
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(key(KEY).to_string(), KEY);
        let other = Note::parse(&NOTE.replace("the answer", "an answer")).expect("a note");
        assert!(!other.is_signed_by(&key(KEY)));
        let renamed = key(KEY).public().named(KeyName::parse("Somebody").expect("a name"));
        assert!(!note.is_signed_by(&renamed));
    }

    #[test]
    fn a_known_key_whose_signature_is_wrong_spoils_the_note() {
        let again = NOTE.lines().last().expect("a signature").replace("ZJku", "ZJkv");
        let note = Note::parse(&format!("{NOTE}{again}\n")).expect("a note");
        assert!(!note.is_signed_by(&key(KEY)));
    }

    #[test]
    fn what_is_signed_here_verifies() {
        let name = KeyName::parse("auth.example/audit/1").expect("a name");
        let signer = SigningKey::from_seed(name, &[7; 32]);
        let note = Note::sign("one\n\ntwo\n".to_owned(), &signer);
        let read = Note::parse(&note.to_string()).expect("a note");
        assert_eq!(read, note);
        assert!(read.is_signed_by(&signer.verifier()));
        assert!(read.is_signed_by(&key(&signer.verifier().to_string())));
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "+c74f20a3+ARpc",
            "a b+c74f20a3+ARpc",
            "name",
            "name+00000000",
            &KEY.replace("c74f20a3", "c74f20a4"),
        ] {
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
        for text in
            ["", "text\n", "text\n\n", "text\n\nnot signed\n", NOTE.trim_end(), &NOTE.replace('\n', "\r\n")]
        {
            assert!(Note::parse(text).is_err(), "{text}");
        }
        let line = NOTE.lines().last().expect("a signature");
        assert!(Note::parse(&format!("{NOTE}{}", format!("{line}\n").repeat(16))).is_err());
    }
}
