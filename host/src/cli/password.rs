//! Where a password comes from: a person at a terminal, or standard input.

use super::failure::{CommandError, Failure};
use std::io::{BufRead as _, IsTerminal as _, Read as _, stdin};
use zeroize::Zeroizing;

/// The most of standard input that is read: far more than the 256 characters of a password.
const LIMIT: u64 = 4096;

/// Asks for a new password twice, without echo; or reads the first line of standard input where nobody can be
/// asked.
pub fn read_new() -> Result<Zeroizing<String>, Failure> {
    if !stdin().is_terminal() {
        return read_line();
    }
    let password = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let again = Zeroizing::new(rpassword::prompt_password("Password again: ")?);
    if password == again { Ok(password) } else { Err(Failure::Refused(CommandError::PasswordsDiffer)) }
}

fn read_line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    stdin().lock().take(LIMIT).read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Failure::Refused(CommandError::NoPassword));
    }
    Ok(Zeroizing::new(password.to_owned()))
}
