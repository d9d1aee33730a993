use crate::{Error, Memory, encoded::Encoded, hash::hash_with};

/// Hashes with salt, parameters and length of an Argon2id hash, so that [`verify_all`](crate::verify_all) compares with both at the cost of
/// one. None where that is no such hash.
///
/// # Errors
///
/// [`Error::OutOfMemory`] where the memory can't be had.
pub fn hash_beside(password: &str, encoded: &str, memory: &mut Memory) -> Result<Option<String>, Error> {
    let Ok(Encoded::Argon2id { parameters, salt, key }) = encoded.parse() else { return Ok(None) };
    hash_with(password, salt, parameters, key.len(), memory).map(Some)
}
