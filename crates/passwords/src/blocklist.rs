use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Passwords that the operator refuses, in any case of their letters.
///
/// It keeps 8 bytes for each, a hash: of 10⁷ entries, one good password in 10¹² is taken for one of them.
#[derive(Clone, Default)]
pub struct Blocklist {
    /// Sorted.
    hashes: Vec<u64>,
}

impl Blocklist {
    /// One password a line, spaces and all; empty lines are none. Lines that aren't UTF-8, which lists of leaked
    /// passwords are full of, are left out: nobody can enter them here.
    #[must_use]
    pub fn parse(file: &[u8]) -> Self {
        let mut hashes: Vec<u64> = file
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .filter(|line| !line.is_empty())
            .filter_map(|line| str::from_utf8(line).ok())
            .map(fingerprint)
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.shrink_to_fit();
        Self { hashes }
    }

    /// Whether the password is on the list.
    #[must_use]
    pub fn contains(&self, password: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.binary_search(&fingerprint(password)).is_ok()
    }

    /// How many different passwords are on the list.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether nothing is on the list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocklist").field("len", &self.len()).finish()
    }
}

/// Of the normal form (NFKC, lower case). Its key is fixed: who makes two passwords collide on purpose gains that
/// his own is refused.
fn fingerprint(password: &str) -> u64 {
    // Lower case has two sigmas, by what follows; and it may compose where capitals did not.
    let folded = password.nfkc().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c });
    let normal: Zeroizing<String> = Zeroizing::new(folded.nfkc().collect());
    let mut hasher = DefaultHasher::new();
    normal.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_password_a_line_in_any_case_and_any_normal_form() {
        let list =
            Blocklist::parse("correct horse\r\n\nTr\u{f6}ubad0ur\n two  spaces \nCORRECT HORSE".as_bytes());
        assert_eq!(list.len(), 3);
        assert!(Blocklist::parse("T\u{344}".as_bytes()).contains("t\u{344}"));
        for listed in ["correct horse", "Correct HORSE", "tro\u{308}UBAD0UR", " two  spaces "] {
            assert!(list.contains(listed), "{listed:?}");
        }
        for other in ["", "correct", "correct horse ", "correct horse\r", "two  spaces", "troubad0ur"] {
            assert!(!list.contains(other), "{other:?}");
        }
    }

    #[test]
    fn lines_in_another_encoding_are_left_out() {
        let list = Blocklist::parse(b"before\nlatin-\xe4\nafter");
        assert_eq!(list.len(), 2);
        assert!(list.contains("before") && list.contains("after"));
        assert!(!list.contains("latin-\u{fffd}"));
    }

    #[test]
    fn an_empty_file_lists_nothing() {
        let list = Blocklist::parse(b"\n\r\n");
        assert!(list.is_empty());
        assert!(!list.contains(""));
    }

    #[test]
    fn debug_output_tells_only_how_many_there_are() {
        assert_eq!(format!("{:?}", Blocklist::parse(b"hunter2")), "Blocklist { len: 1 }");
    }
}
