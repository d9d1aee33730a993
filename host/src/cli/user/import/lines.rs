//! The lines of a file that may be a pipe, each bounded.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, stdin},
    path::Path,
};

/// The longest line that is read, in bytes.
pub const LONGEST: usize = 64 << 10;

/// A file's lines, numbered from 1.
pub struct Lines {
    reader: Box<dyn BufRead>,
    number: u64,
}

/// A line, and its text if it is one.
pub struct Line {
    /// From 1.
    pub number: u64,
    /// What it says.
    pub text: Result<String, Unreadable>,
}

/// Why a line can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("must be at most 64 KiB")]
    TooLong,
    #[error("must be UTF-8")]
    NotUtf8,
}

impl Lines {
    /// Of a file; `-` is standard input.
    pub fn open(path: &Path) -> io::Result<Self> {
        let reader: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::new(stdin()))
        } else {
            Box::new(BufReader::new(File::open(path)?))
        };
        Ok(Self { reader, number: 0 })
    }

    /// The next line that is not blank; none at the end.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let Some(bytes) = self.read()? else { return Ok(None) };
            self.number += 1;
            let text = bytes.and_then(|mut bytes| {
                if self.number == 1 && bytes.starts_with(BOM) {
                    bytes.drain(..BOM.len());
                }
                String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)
            });
            if !text.as_ref().is_ok_and(|text| text.trim_ascii().is_empty()) {
                return Ok(Some(Line { number: self.number, text }));
            }
        }
    }

    /// A line without its end. Of one that is too long, the rest is passed over.
    fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, Unreadable>>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
        let read = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            return Ok(Some(Ok(bytes)));
        }
        if read > LONGEST {
            self.reader.skip_until(b'\n')?;
            return Ok(Some(Err(Unreadable::TooLong)));
        }
        Ok((read > 0).then_some(Ok(bytes)))
    }
}

/// What some programs put in front of a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &'static [u8]) -> Vec<(u64, Result<String, Unreadable>)> {
        let mut lines = Lines { reader: Box::new(bytes), number: 0 };
        let next = || lines.next().unwrap().map(|line| (line.number, line.text));
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn each_line_has_its_number() {
        let read = lines(b"\xef\xbb\xbf{}\r\n\n  \n{\"a\":1}\n\xff\nlast");
        let read: Vec<_> = read.iter().map(|(number, text)| (*number, text.as_deref())).collect();
        assert_eq!(
            read,
            [(1, Ok("{}\r")), (4, Ok("{\"a\":1}")), (5, Err(&Unreadable::NotUtf8)), (6, Ok("last"))]
        );
    }

    #[test]
    fn what_is_too_long_is_passed_over_and_the_next_line_is_read() {
        for (length, is_read) in [(LONGEST, true), (LONGEST + 1, false), (3 * LONGEST, false)] {
            let text = format!("{}\nnext", "x".repeat(length));
            let read = lines(Box::leak(text.into_boxed_str()).as_bytes());
            assert_eq!(read.len(), 2);
            assert_eq!(read[0].1.is_ok(), is_read, "{length}");
            assert_eq!(read[1], (2, Ok("next".to_owned())));
        }
    }
}
