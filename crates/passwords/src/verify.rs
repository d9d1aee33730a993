use crate::{
    Error, Memory, Parameters,
    encoded::{Computed, Encoded},
};

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
    Comparison { password, current, memory, computed: Computed::default() }.with(encoded)
}

/// Compares a password with several, as [`verify`] does with one. Argon2id hashes with the same salt and parameters cost one computation;
/// so do all that are missing or can't be computed.
pub fn verify_all(
    password: &str,
    encoded: &[Option<&str>],
    current: Parameters,
    memory: &mut Memory,
) -> Vec<Result<Verdict, Error>> {
    memory.keep(current);
    let mut comparison = Comparison { password, current, memory, computed: Computed::default() };
    encoded.iter().map(|encoded| comparison.with(*encoded)).collect()
}

/// One password, compared with one hash after another.
struct Comparison<'a> {
    password: &'a str,
    current: Parameters,
    memory: &'a mut Memory,
    computed: Computed,
}

impl Comparison<'_> {
    fn with(&mut self, encoded: Option<&str>) -> Result<Verdict, Error> {
        let compared = encoded.map(|encoded| self.with_encoded(encoded)).transpose();
        if let Ok(Some(verdict)) = compared {
            return Ok(verdict);
        }
        // Nothing was computed: what can't be parsed, and what only the algorithm itself refuses.
        Encoded::stand_in(self.current)?.is_of(self.password, self.memory, &mut self.computed)?;
        compared.map(|_| Verdict::Mismatch)
    }

    fn with_encoded(&mut self, encoded: &str) -> Result<Verdict, Error> {
        let encoded: Encoded = encoded.parse()?;
        Ok(match encoded.is_of(self.password, self.memory, &mut self.computed)? {
            true if !encoded.covers(self.password) => Verdict::MatchInPart,
            true if encoded.is_current(self.current) => Verdict::Match,
            true => Verdict::MatchButOutdated,
            false => Verdict::Mismatch,
        })
    }
}

/// Whether [`verify`] can compute an encoded hash. Hashes nothing.
///
/// # Errors
///
/// Why not: [`Error::MalformedHash`] or [`Error::UnsupportedParameters`].
pub fn supports(encoded: &str) -> Result<(), Error> {
    encoded.parse::<Encoded>().map(drop)
}
