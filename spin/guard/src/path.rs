//! Paths that everybody reads alike.
//!
//! Whoever checks a path and whoever serves it must not read it differently. So a path with more than one reading is
//! refused, rather than put into a form that the app behind might not come to; and a listed prefix consists of
//! characters that have only one spelling here (RFC 3986 §6.2.2), so that comparing the text is comparing the path.

/// The canonical path of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<'a>(&'a str);

/// A path and everything below it, as an operator lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

/// Why something is no prefix, in words for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a path is /segment/segment…, of letters, digits, '-', '_', '~' and '.', without a slash at the end")]
pub struct InvalidPrefix;

impl<'a> Path<'a> {
    /// The path of a request's target in origin form (RFC 9112 §3.2.1), if it is canonical.
    #[must_use]
    pub fn of(target: &'a str) -> Option<Self> {
        let path = target.split('?').next().unwrap_or_default();
        let segments = path.strip_prefix('/')?;
        let last = segments.matches('/').count();
        let is_canonical = segments
            .split('/')
            .enumerate()
            .all(|(position, segment)| (position == last || !segment.is_empty()) && is_one_reading(segment));
        is_canonical.then_some(Self(path))
    }

    /// Whether this is the prefix itself or lies below it.
    #[must_use]
    pub fn is_within(self, prefix: &Prefix) -> bool {
        self.rest(prefix, |path, prefix| path.strip_prefix(prefix))
    }

    /// The same for an app that doesn't tell upper from lower case.
    #[must_use]
    pub fn is_within_ignoring_case(self, prefix: &Prefix) -> bool {
        self.rest(prefix, |path, prefix| {
            let (start, rest) = path.split_at_checked(prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then_some(rest)
        })
    }

    fn rest(self, prefix: &Prefix, strip: impl Fn(&'a str, &str) -> Option<&'a str>) -> bool {
        strip(self.0, &prefix.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Prefix {
    /// Reads a path such as `/public`. `/` stands for every path.
    ///
    /// # Errors
    ///
    /// Where a request could never match it, or could in two spellings.
    pub fn parse(text: &str) -> Result<Self, InvalidPrefix> {
        let segments = text.strip_prefix('/').ok_or(InvalidPrefix)?;
        let is_name =
            |segment: &str| segment.bytes().all(is_unreserved) && segment.bytes().any(|b| b != b'.');
        if !segments.is_empty() && !segments.split('/').all(is_name) {
            return Err(InvalidPrefix);
        }
        // Without the slash, `/` is the start of every path like any other prefix.
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Whether some reader takes every path that it covers for one that the other covers.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        Path(&self.0).is_within_ignoring_case(other)
    }

    /// Whether it covers every path.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// Of two prefixes that cover a path, the longer one is the more precise.
    #[must_use]
    pub fn precision(&self) -> usize {
        self.0.len()
    }
}

/// Whether a segment means the same to everyone: not to a reader that resolves dots, cuts parameters off at `;`,
/// takes `\` for a slash, decodes once too often, or stops at a control character, something else.
fn is_one_reading(segment: &str) -> bool {
    if matches!(segment, "." | "..") {
        return false;
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'%' => match (bytes.next().and_then(digit), bytes.next().and_then(digit)) {
                (Some(high), Some(low)) => is_needed(high * 16 + low) && !is_escape(high * 16 + low, &bytes),
                _ => false,
            },
            byte => is_unreserved(byte) || is_plain(byte),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// Whether an escape has a reason to be there (RFC 3986 §2.3), and is no trick.
fn is_needed(byte: u8) -> bool {
    !is_unreserved(byte) && !byte.is_ascii_control() && !br"/\;".contains(&byte)
}

/// Whether an escaped `%` is the start of another escape, for whoever decodes twice.
fn is_escape(byte: u8, rest: &std::str::Bytes<'_>) -> bool {
    byte == b'%' && rest.clone().take(2).filter_map(digit).count() == 2
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What else may stand in a segment as it is: RFC 3986's `pchar` without `;`, and what browsers leave alone.
fn is_plain(byte: u8) -> bool {
    b"!$&'()*+,=:@[]|^".contains(&byte)
}

#[cfg(test)]
mod tests;
