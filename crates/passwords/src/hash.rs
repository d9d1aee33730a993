use crate::{Error, Memory, Parameters};
use argon2::{
    Algorithm, Argon2, ParamsBuilder, Version,
    password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt},
};
use zeroize::Zeroizing;

/// The length of a salt, in bytes (RFC 9106 §3.1 recommends it).
pub const SALT_LENGTH: usize = 16;

/// The length of a hash, in bytes.
pub(crate) const KEY_LENGTH: usize = 32;

/// Hashes with Argon2id (RFC 9106), version 0x13, into a PHC string:
/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
///
/// # Errors
///
/// [`Error::OutOfMemory`] where the memory can't be had.
pub fn hash(
    password: &str,
    salt: &[u8; SALT_LENGTH],
    parameters: Parameters,
    memory: &mut Memory,
) -> Result<String, Error> {
    memory.keep(parameters);
    let salt = Salt::new(salt).map_err(|_| Error::UnsupportedParameters)?;
    hash_with(password, salt, parameters, KEY_LENGTH, memory)
}

/// The same, with a salt and a length of other hashes.
pub(crate) fn hash_with(
    password: &str,
    salt: Salt,
    parameters: Parameters,
    length: usize,
    memory: &mut Memory,
) -> Result<String, Error> {
    let mut key = Zeroizing::new(vec![0; length]);
    argon2id(password, &salt, parameters, memory, &mut key)?;
    let encoded = PasswordHash {
        algorithm: Ident::new_unwrap(argon2::ARGON2ID_IDENT.as_str()),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params(parameters, length)?)
            .map_err(|_| Error::UnsupportedParameters)?,
        salt: Some(salt),
        hash: Some(Output::new(&key).map_err(|_| Error::UnsupportedParameters)?),
    };
    Ok(encoded.to_string())
}

/// Fills `key` with the hash.
pub(crate) fn argon2id(
    password: &str,
    salt: &[u8],
    parameters: Parameters,
    memory: &mut Memory,
    key: &mut [u8],
) -> Result<(), Error> {
    let params = params(parameters, key.len())?;
    let count = params.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    memory
        .lend(count, |blocks| argon2.hash_password_into_with_memory(password.as_bytes(), salt, key, blocks))?
        .map_err(|_| Error::UnsupportedParameters)
}

fn params(parameters: Parameters, key_length: usize) -> Result<argon2::Params, Error> {
    ParamsBuilder::from(parameters).output_len(key_length).build().map_err(|_| Error::UnsupportedParameters)
}
