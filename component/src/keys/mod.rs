//! The keys that sign access tokens: random Ed25519 pairs, wrapped at rest, published ahead of use, revocable.
//!
//! An instance keeps the keys that it loaded, with the position that they are true at. Whoever reads a session or an
//! account reads along where the keys stand ([`Snapshot`](crate::invalidations::Snapshot)); whoever reads nothing asks
//! the import `invalidations`. So a rotation or revocation anywhere is noticed by the next request, without a query of
//! its own.

mod loaded;
mod revoke;
mod rotate;
mod rotation;
mod rows;

pub use loaded::{Keys, at, cached, current};
pub use revoke::revoke;
pub use rotate::{ensure, rewrap, rotate};
pub use rows::{all, all_under_schema, prune};

use crate::{
    error::Bug,
    secrets::{Keyring, Purpose, SecretVersion, WrappedKey},
    time::{Span, Time},
};
use mana_auth_tokens::PublicKey;
use zeroize::Zeroizing;

/// How long an access token is valid.
pub const TOKEN_LIFETIME: Span = Span::minutes(15);

/// How long a client may keep the key set.
pub const JWKS_LIFETIME: Span = Span::minutes(5);

/// How long a key is published before it signs: whoever fetched the key set just before has fetched it again.
pub const PUBLISHED_AHEAD: Span = Span::minutes(10);

/// A signing key.
pub struct Key {
    /// The public part; its thumbprint is the key's id.
    pub public: PublicKey,
    /// When it was made.
    pub created_at: Time,
    /// When it signs its first token.
    pub signs_from: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
    /// The private part. Its context is the key's id.
    private: WrappedKey,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Known to verifiers, not signing yet.
    Published,
    /// Signs new tokens.
    Signing,
    /// Signs no more; what it signed is accepted until it expires.
    Retired,
    /// Refused.
    Revoked,
}

impl Key {
    /// The version of the secret that the private part is encrypted under.
    #[must_use]
    pub const fn secret_version(&self) -> SecretVersion {
        self.private.version()
    }

    /// The private part, decrypted.
    fn seed(&self, keyring: &Keyring) -> Result<Zeroizing<[u8; 32]>, Bug> {
        let seed = self.private.open(keyring, Purpose::WrapSigningKey, self.public.kid().as_bytes());
        seed.ok_or(Bug::Undecryptable)
    }

    /// Where this key stands among `all`.
    #[must_use]
    pub fn state(&self, all: &[Self], now: Time) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if signer(all, now).is_some_and(|key| key.public.kid() == self.public.kid()) {
            KeyState::Signing
        } else if self.signs_from > now {
            KeyState::Published
        } else {
            KeyState::Retired
        }
    }
}

/// The key that signs at this moment: of those whose time has come, the youngest. Where the clock was put back before all of
/// them, the first: what can't be signed can't be used.
pub fn signer(keys: &[Key], now: Time) -> Option<&Key> {
    let order = |key: &&Key| (key.signs_from, key.public.kid().to_owned());
    let usable = || keys.iter().filter(|key| key.revoked_at.is_none());
    usable().filter(|key| key.signs_from <= now).max_by_key(order).or_else(|| usable().min_by_key(order))
}
