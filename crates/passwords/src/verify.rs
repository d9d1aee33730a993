use crate::{Error, Memory, Parameters, encoded::Encoded};

/// The result of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The password is the one that was hashed.
    Match,
    /// It is, but the hash was made with another algorithm or other parameters than the current ones: replace it.
    MatchButOutdated,
    /// A part of the password is the one that was hashed, and the hash can't tell whether the rest is right: keep it.
    MatchInPart,
    /// It is not.
    Mismatch,
}

/// Compares a password, byte for byte, with an encoded hash:
///
/// - Argon2id, as a PHC string with version 0x13 and exactly `m`, `t` and `p` within the bounds of [`Parameters`];
/// - scrypt as Better Auth stores it, `salt:key` in hex, N = 16384, r = 16, p = 1;
/// - bcrypt, `$2a$`, `$2b$` and `$2y$`, of cost 4 to 14. It knows no more of a password than what precedes a NUL, and of
///   that the first 72 bytes: whatever follows matches too, in part.
///
/// Without an encoded hash it works as long as for one made with `current`, and the answer is a mismatch.
///
/// # Errors
///
/// [`Error::MalformedHash`] and [`Error::UnsupportedParameters`], after it has worked as long as without one: who asks shall not see
/// what was stored. [`Error::OutOfMemory`] where the memory can't be had.
pub fn verify(
    password: &str,
    encoded: Option<&str>,
    current: Parameters,
    memory: &mut Memory,
) -> Result<Verdict, Error> {
    memory.keep(current);
    let compared = match encoded {
        Some(encoded) => compare(password, encoded, current, memory).map(Some),
        None => Ok(None),
    };
    if let Ok(Some(verdict)) = compared {
        return Ok(verdict);
    }
    // Nothing was computed: what can't be parsed, and what only the algorithm itself refuses.
    Encoded::stand_in(current)?.is_of(password, memory)?;
    compared.map(|_| Verdict::Mismatch)
}

/// Whether [`verify`] can compute an encoded hash. Hashes nothing.
///
/// # Errors
///
/// Why not: [`Error::MalformedHash`] or [`Error::UnsupportedParameters`].
pub fn supports(encoded: &str) -> Result<(), Error> {
    encoded.parse::<Encoded>().map(drop)
}

fn compare(
    password: &str,
    encoded: &str,
    current: Parameters,
    memory: &mut Memory,
) -> Result<Verdict, Error> {
    let encoded: Encoded = encoded.parse()?;
    Ok(match encoded.is_of(password, memory)? {
        true if !encoded.covers(password) => Verdict::MatchInPart,
        true if encoded.is_current(current) => Verdict::Match,
        true => Verdict::MatchButOutdated,
        false => Verdict::Mismatch,
    })
}
