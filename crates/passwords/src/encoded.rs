use crate::{
    Error, Memory, Parameters, SALT_LENGTH,
    hash::{KEY_LENGTH, argon2id},
};
use argon2::{
    Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use bcrypt::HashParts;
use std::{ops::RangeInclusive, str::FromStr};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The costs of a bcrypt hash that is computed: the algorithm begins at 2⁴ rounds, and 2¹⁴ take about a second.
const BCRYPT_COST: RangeInclusive<u32> = 4..=14;

/// How much of a password bcrypt looks at, in bytes.
const BCRYPT_LENGTH: usize = 72;

/// A stored hash, parsed: what is outside the ceilings never gets this far, and so costs nothing.
#[derive(Clone)]
pub(crate) enum Encoded {
    /// A PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash` (RFC 9106).
    Argon2id { parameters: Parameters, salt: Salt, key: Output },
    /// Better Auth's `salt:key`, both in lower-case hex.
    Scrypt { salt: [u8; SCRYPT_SALT_DIGITS], key: [u8; SCRYPT_KEY_LENGTH] },
    /// `$2a$`, `$2b$` or `$2y$`, cost, salt and hash: always 60 ASCII characters.
    Bcrypt(String),
}

/// Better Auth's fixed parameters (`@better-auth/utils`, `password.node.ts`): N = 2¹⁴, r = 16, p = 1. A hash fills
/// 32 MiB, freed behind it.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 16;
const SCRYPT_P: u32 = 1;
const SCRYPT_KEY_LENGTH: usize = 64;
/// The salt is the *text* of 16 bytes in hex, not the bytes.
const SCRYPT_SALT_DIGITS: usize = 32;

impl Encoded {
    /// Stands in where there is no hash: costs what one with these parameters costs.
    pub(crate) fn stand_in(parameters: Parameters) -> Result<Self, Error> {
        let salt = Salt::new(&[0; SALT_LENGTH]).map_err(|_| Error::UnsupportedParameters)?;
        let key = Output::new(&[0; KEY_LENGTH]).map_err(|_| Error::UnsupportedParameters)?;
        Ok(Self::Argon2id { parameters, salt, key })
    }

    /// Whether a new hash with `parameters` would look the same.
    pub(crate) fn is_current(&self, current: Parameters) -> bool {
        match self {
            Self::Argon2id { parameters, salt, key } => {
                *parameters == current && salt.len() == SALT_LENGTH && key.len() == KEY_LENGTH
            }
            Self::Scrypt { .. } | Self::Bcrypt(_) => false,
        }
    }

    /// Whether a match tells all of the password apart from any other. If not, a longer or shorter one matches too.
    pub(crate) fn covers(&self, password: &str) -> bool {
        match self {
            Self::Argon2id { .. } => true,
            // HMAC fills its key up with zeros (RFC 2104 §2): `a` and `a\0` are one.
            Self::Scrypt { .. } => !password.contains('\0'),
            // Its NUL at the end counts, too, and finds no room behind 72 bytes: a longer password may have been meant.
            Self::Bcrypt(_) => !password.contains('\0') && password.len() < BCRYPT_LENGTH,
        }
    }

    /// Whether this is the password's hash. The comparison itself takes the same time for every outcome. `computed` is what was computed
    /// of the same password before.
    pub(crate) fn is_of(
        &self,
        password: &str,
        memory: &mut Memory,
        computed: &mut Computed,
    ) -> Result<bool, Error> {
        match self {
            Self::Argon2id { parameters, salt, key } => {
                let computed = computed.argon2id(password, salt, *parameters, key.len(), memory)?;
                Ok(computed.ct_eq(key.as_bytes()).into())
            }
            Self::Scrypt { salt, key } => {
                let params = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P)
                    .map_err(|_| Error::UnsupportedParameters)?;
                let mut computed = Zeroizing::new([0; SCRYPT_KEY_LENGTH]);
                scrypt::scrypt(password.as_bytes(), salt, &params, computed.as_mut_slice())
                    .map_err(|_| Error::UnsupportedParameters)?;
                Ok(computed.ct_eq(key).into())
            }
            Self::Bcrypt(encoded) => {
                // As the implementations in C do, which end a text there.
                let seen = password.split('\0').next().unwrap_or_default();
                bcrypt::verify(seen, encoded).map_err(|_| Error::MalformedHash)
            }
        }
    }
}

/// The Argon2id hashes of one password that were computed so far.
#[derive(Default)]
pub(crate) struct Computed(Vec<(Parameters, Salt, Zeroizing<Vec<u8>>)>);

impl Computed {
    /// The hash of this salt, these parameters and this length, which Argon2 hashes along. Computed once.
    fn argon2id(
        &mut self,
        password: &str,
        salt: &Salt,
        parameters: Parameters,
        length: usize,
        memory: &mut Memory,
    ) -> Result<&[u8], Error> {
        let is_it = |(of, by, key): &(Parameters, Salt, Zeroizing<Vec<u8>>)| {
            *of == parameters && by == salt && key.len() == length
        };
        if !self.0.iter().any(is_it) {
            let mut key = Zeroizing::new(vec![0; length]);
            argon2id(password, salt, parameters, memory, &mut key)?;
            self.0.push((parameters, *salt, key));
        }
        self.0.iter().find(|one| is_it(one)).map(|(_, _, key)| key.as_slice()).ok_or(Error::OutOfMemory)
    }
}

impl FromStr for Encoded {
    type Err = Error;

    fn from_str(encoded: &str) -> Result<Self, Error> {
        if encoded.starts_with("$argon2id$") {
            phc(encoded)
        } else if ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| encoded.starts_with(prefix)) {
            mcf(encoded)
        } else {
            better_auth(encoded)
        }
    }
}

/// The [PHC string format](https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md).
fn phc(encoded: &str) -> Result<Encoded, Error> {
    let PasswordHash { version, params, salt, hash, .. } =
        PasswordHash::new(encoded).map_err(|_| Error::MalformedHash)?;
    if version != Some(Version::V0x13.into()) {
        return Err(Error::UnsupportedParameters);
    }
    Ok(Encoded::Argon2id {
        parameters: phc_parameters(&params)?,
        salt: salt.ok_or(Error::MalformedHash)?,
        key: hash.ok_or(Error::MalformedHash)?,
    })
}

/// Exactly `m`, `t` and `p`: with a `keyid` or `data`, the hash is of more than the password.
fn phc_parameters(params: &ParamsString) -> Result<Parameters, Error> {
    if params.iter().any(|(name, _)| !matches!(name.as_str(), "m" | "t" | "p")) {
        return Err(Error::UnsupportedParameters);
    }
    let value = |name| params.get_decimal(name).ok_or(Error::MalformedHash);
    Parameters::new(value("m")?, value("t")?, value("p")?)
}

/// The modular crypt format of bcrypt. `$2x$` marks the hashes of a broken implementation and is refused.
fn mcf(encoded: &str) -> Result<Encoded, Error> {
    let parts = HashParts::from_str(encoded).map_err(|_| Error::MalformedHash)?;
    let cost = parts.get_cost();
    // The parser reads `+4` as 4. One hash has one spelling here.
    // Nor does it look at what the salt and the hash are made of.
    let is_made_of =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'));
    if encoded.get(4..6) != Some(&format!("{cost:02}")) || !encoded.get(7..).is_some_and(is_made_of) {
        return Err(Error::MalformedHash);
    }
    if !BCRYPT_COST.contains(&cost) {
        return Err(Error::UnsupportedParameters);
    }
    Ok(Encoded::Bcrypt(encoded.to_owned()))
}

fn better_auth(encoded: &str) -> Result<Encoded, Error> {
    let (salt, key) = encoded.split_once(':').ok_or(Error::MalformedHash)?;
    if !salt.bytes().chain(key.bytes()).all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Error::MalformedHash);
    }
    let salt = salt.as_bytes().try_into().map_err(|_| Error::MalformedHash)?;
    let mut bytes = [0; SCRYPT_KEY_LENGTH];
    hex::decode_to_slice(key, &mut bytes).map_err(|_| Error::MalformedHash)?;
    Ok(Encoded::Scrypt { salt, key: bytes })
}
