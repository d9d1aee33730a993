use crate::{Error, Memory, Parameters, encoded::Encoded};

/// The result of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The password is the one that was hashed.
    Match,
    /// It is, but the hash was made with another algorithm or other parameters than the current ones: replace it.
    MatchButOutdated,
    /// It is not.
    Mismatch,
}

/// Compares a password, in NFKC, with an encoded hash:
///
/// - Argon2id, as a PHC string with version 0x13 and exactly `m`, `t` and `p` within the bounds of [`Parameters`];
/// - scrypt as Better Auth stores it, `salt:key` in hex, N = 16384, r = 16, p = 1;
/// - bcrypt, `$2a$`, `$2b$` and `$2y$`, up to cost 14. It knows no more than the first 72 bytes of a password:
///   whatever follows them matches too.
///
/// Without an encoded hash it works as long as for one made with `current`, and the answer is a mismatch.
///
/// # Errors
///
/// [`Error::MalformedHash`] and [`Error::UnsupportedParameters`] as soon as the hash is read, without computing or
/// allocating anything; [`Error::OutOfMemory`] where the memory can't be had.
pub fn verify(
    password: &str,
    encoded: Option<&str>,
    current: Parameters,
    memory: &mut Memory,
) -> Result<Verdict, Error> {
    let exists = encoded.is_some();
    let encoded = encoded.map_or_else(|| Encoded::stand_in(current), str::parse)?;
    memory.keep(current);
    let same = encoded.is_of(password, memory)?;
    Ok(match exists && same {
        true if encoded.is_current(current) => Verdict::Match,
        true => Verdict::MatchButOutdated,
        false => Verdict::Mismatch,
    })
}
