//! The device cookie.

use crate::{
    ids::UserId,
    platform,
    secrets::{Keyring, Purpose, SecretVersion},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Version of the secret, device, nonce, MAC. The user's id is behind them.
const LENGTH: usize = 4 + 16 + 16 + 32;
/// With the longest id.
const LONGEST: usize = LENGTH + 64;

/// What a device shows of itself. Not `Debug`: whoever has it may guess five times.
pub struct DeviceCookie {
    version: SecretVersion,
    /// Whose device it is.
    pub user: UserId,
    /// Which one.
    pub device: Uuid,
    nonce: [u8; 16],
    mac: [u8; 32],
}

impl DeviceCookie {
    /// A new one, under the newest secret.
    #[must_use]
    pub fn new(keyring: &Keyring, user: UserId, device: Uuid) -> Self {
        let (version, nonce) = (keyring.newest(), platform::random());
        let mac = mac(keyring, version, user, device, &nonce).unwrap_or_default();
        Self { version, user, device, nonce, mac }
    }

    /// As a client sent it. Nothing in it is believed before [`DeviceCookie::is_ours`] says so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        let (version, rest) = bytes.get(..length)?.split_first_chunk::<4>()?;
        let (device, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, rest) = rest.split_first_chunk::<16>()?;
        let (mac, user) = rest.split_first_chunk::<32>()?;
        Some(Self {
            version: u32::from_be_bytes(*version),
            user: UserId::parse(str::from_utf8(user).ok()?)?,
            device: Uuid::from_bytes(*device),
            nonce: *nonce,
            mac: *mac,
        })
    }

    /// For the client that it belongs to, and nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        let version = self.version.to_be_bytes();
        let user = self.user.as_str().as_bytes();
        let parts = [&version[..], self.device.as_bytes(), &self.nonce, &self.mac, user];
        URL_SAFE_NO_PAD.encode(parts.concat())
    }

    /// Whether this service made it, under a secret that is still configured.
    #[must_use]
    pub fn is_ours(&self, keyring: &Keyring) -> bool {
        let expected = mac(keyring, self.version, self.user, self.device, &self.nonce);
        expected.is_some_and(|expected| expected.ct_eq(&self.mac).into())
    }

    /// What is stored of the nonce.
    #[must_use]
    pub fn nonce_hash(&self) -> [u8; 32] {
        Sha256::digest(self.nonce).into()
    }
}

/// A MAC over user, device and nonce (the user is the one of no fixed length): the output of HKDF-Expand with the three as context, a pseudorandom function of them.
fn mac(
    keyring: &Keyring,
    version: SecretVersion,
    user: UserId,
    device: Uuid,
    nonce: &[u8; 16],
) -> Option<[u8; 32]> {
    let context: [&[u8]; 3] = [user.as_str().as_bytes(), device.as_bytes(), nonce];
    keyring.derive(version, Purpose::DeviceCookie, &context).map(|mac| *mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(seed: u8) -> Keyring {
        let secret: Vec<u8> = (0..32).map(|i: u8| i.wrapping_mul(7) ^ seed).collect();
        Keyring::parse(&format!("1:{}", URL_SAFE_NO_PAD.encode(secret))).unwrap()
    }

    fn cookie() -> DeviceCookie {
        let (user, device, nonce) = (UserId::parse("ada").unwrap(), Uuid::from_u128(2), [3; 16]);
        DeviceCookie {
            version: 1,
            user,
            device,
            nonce,
            mac: mac(&keyring(0), 1, user, device, &nonce).unwrap(),
        }
    }

    #[test]
    fn one_bit_makes_it_nobodys() {
        let text = cookie().expose();
        assert!(DeviceCookie::parse(&text).unwrap().is_ours(&keyring(0)));
        assert!(!DeviceCookie::parse(&text).unwrap().is_ours(&keyring(1)));
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            let changed = DeviceCookie::parse(&URL_SAFE_NO_PAD.encode(bytes));
            assert!(changed.is_none_or(|changed| !changed.is_ours(&keyring(0))), "byte {at}");
        }
    }

    #[test]
    fn other_lengths_are_none() {
        for length in [0, 1, LENGTH - 1, LENGTH, LONGEST + 1, 4000] {
            assert!(DeviceCookie::parse(&URL_SAFE_NO_PAD.encode(vec![b'a'; length])).is_none(), "{length}");
        }
        assert!(DeviceCookie::parse("no base64!").is_none());
    }
}
