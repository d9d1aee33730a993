//! Standard output.

use super::failure::Failure;
use std::io::{ErrorKind, Write as _, stdout};

/// Prints. Whoever reads may stop reading, such as `head`.
pub fn print(text: &str) -> Result<(), Failure> {
    match stdout().lock().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

/// Prints a line.
pub fn line(text: &str) -> Result<(), Failure> {
    print(&format!("{text}\n"))
}
