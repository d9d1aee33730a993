use crate::{PublicKey, TokenError, encoding, unique::Members};
use serde::{Deserialize, Serialize};

/// Above what `/.well-known/jwks.json` ever holds (0.2 KiB a key, a handful of them); larger ones are refused
/// before they are parsed.
const MAX_BYTES: usize = 64 * 1024;

/// A rotation keeps three or four. A look-up walks through them all.
const MAX_KEYS: usize = 32;

/// The keys that tokens are verified with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

impl KeySet {
    /// A set of known keys. Verifiers read at most 32: publish no more.
    pub fn from_keys(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self { keys: keys.into_iter().collect() }
    }

    /// Reads a JSON Web Key Set (RFC 7517 §5) of at most 64 KiB and 32 keys.
    ///
    /// Keys of other kinds and purposes are passed over, as §5 wants. An Ed25519 key for signatures must be
    /// valid, and named by its thumbprint.
    ///
    /// # Errors
    ///
    /// [`TokenError::MalformedKeySet`].
    pub fn parse(json: &str) -> Result<Self, TokenError> {
        Self::from_json(json).ok_or(TokenError::MalformedKeySet)
    }

    fn from_json(json: &str) -> Option<Self> {
        if json.len() > MAX_BYTES {
            return None;
        }
        serde_json::from_str::<Members>(json).ok()?;
        let set: JwkSet<Foreign> = serde_json::from_str(json).ok()?;
        if set.keys.len() > MAX_KEYS {
            return None;
        }
        let ours = set.keys.iter().filter(|key| key.is_for_tokens());
        Some(Self { keys: ours.map(Foreign::to_key).collect::<Option<_>>()? })
    }

    /// The set as a JSON Web Key Set, in the order in which the keys were given.
    #[must_use]
    pub fn to_json(&self) -> String {
        let keys = self.keys.iter().map(Own::from).collect();
        // Text always serializes. Were it otherwise, verifiers would refuse the empty answer.
        serde_json::to_string(&JwkSet::<Own> { keys }).unwrap_or_default()
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.kid() == kid)
    }
}

#[derive(Serialize, Deserialize)]
struct JwkSet<K> {
    keys: Vec<K>,
}

/// A key as we publish it (RFC 8037 §2).
#[derive(Serialize)]
struct Own<'a> {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: &'a str,
    x: String,
}

impl<'a> From<&'a PublicKey> for Own<'a> {
    fn from(key: &'a PublicKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.kid(),
            x: encoding::encode(key.to_bytes()),
        }
    }
}

/// A key as anybody may publish it.
#[derive(Deserialize)]
struct Foreign {
    kty: String,
    crv: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    kid: Option<String>,
    x: Option<String>,
}

impl Foreign {
    /// Whether it says that it is an Ed25519 key for signatures. What it leaves open is taken as a yes.
    fn is_for_tokens(&self) -> bool {
        self.kty == "OKP"
            && self.crv.as_deref() == Some("Ed25519")
            && self.alg.as_deref().is_none_or(|alg| alg == "EdDSA")
            && self.r#use.as_deref().is_none_or(|r#use| r#use == "sig")
    }

    fn to_key(&self) -> Option<PublicKey> {
        let bytes = encoding::decode(self.x.as_deref()?)?;
        let key = PublicKey::from_bytes(bytes.as_slice().try_into().ok()?)?;
        self.kid.as_deref().is_none_or(|kid| kid == key.kid()).then_some(key)
    }
}
