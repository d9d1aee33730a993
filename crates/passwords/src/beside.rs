use crate::{
    Error, Memory, Parameters, SALT_LENGTH,
    encoded::Encoded,
    hash::{hash, hash_with},
};

/// Hashes with salt, parameters and length of an Argon2id hash, so that [`verify_all`](crate::verify_all) compares with both at the cost of
/// one. Without such a hash, as [`hash`] does.
///
/// # Errors
///
/// [`Error::OutOfMemory`] where the memory can't be had.
pub fn hash_beside(
    password: &str,
    beside: Option<&str>,
    salt: &[u8; SALT_LENGTH],
    parameters: Parameters,
    memory: &mut Memory,
) -> Result<String, Error> {
    match beside.map(str::parse) {
        Some(Ok(Encoded::Argon2id { parameters, salt, key })) => {
            hash_with(password, salt, parameters, key.len(), memory)
        }
        _ => hash(password, salt, parameters, memory),
    }
}
