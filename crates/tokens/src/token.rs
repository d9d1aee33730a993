//! The one form of a token: a compact JWS (RFC 7515 §7.1) with a fixed header.
//!
//! ```text
//! base64url({"alg":"EdDSA","typ":"JWT","kid":"…"}) . base64url(claims) . base64url(signature)
//!            └─ compared, never interpreted ──┘
//! ```

use crate::{Claims, KeySet, PublicKey, SigningKey, TokenError, encoding};

/// A token of ours has about 0.7 KiB; longer ones are refused before they are looked at.
const MAX_BYTES: usize = 4 * 1024;

/// How far the issuer's clock may be ahead of the verifier's, in seconds.
const MAX_CLOCK_SKEW: u64 = 60;

/// The header around the key's id. A token can't choose how it is verified, because every other header
/// (another `alg` or `typ`, `crit`, `jwk`, `jku`, `x5c`, a member twice, another spelling) is simply not this
/// one (RFC 8725 §3.1, §3.11).
const HEADER: (&str, &str) = (r#"{"alg":"EdDSA","typ":"JWT","kid":""#, r#""}"#);

impl SigningKey {
    /// Makes a token. Verifiers refuse one of more than 4 KiB: that is the caller's to keep.
    #[must_use]
    pub fn sign(&self, claims: &Claims) -> String {
        let header = [HEADER.0, self.public().kid(), HEADER.1].concat();
        sign_parts(self, header.as_bytes(), &claims.to_payload())
    }
}

/// JWS signing (RFC 7515 §5.1) of any header and payload.
pub(crate) fn sign_parts(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = [encoding::encode(header), encoding::encode(payload)].join(".");
    let signature = encoding::encode(key.sign_bytes(input.as_bytes()));
    [input, signature].join(".")
}

/// The claims of a token that one of the keys has signed, whoever it is for and however old it is: enough to
/// end its session, and for nothing else. To let somebody in, use [`verify`].
///
/// # Errors
///
/// [`TokenError::Malformed`], [`TokenError::UnknownKey`] or [`TokenError::BadSignature`].
pub fn authenticate(token: &str, keys: &KeySet) -> Result<Claims, TokenError> {
    let jws = Jws::parse(token).ok_or(TokenError::Malformed)?;
    let key = keys.get(jws.kid().ok_or(TokenError::Malformed)?).ok_or(TokenError::UnknownKey)?;
    if !jws.is_signed_by(key) {
        return Err(TokenError::BadSignature);
    }
    Claims::from_payload(&jws.payload).ok_or(TokenError::Malformed)
}

/// What a token of our form says, whoever has signed it: a claim, which proves nothing.
#[must_use]
pub fn unverified(token: &str) -> Option<Claims> {
    let jws = Jws::parse(token)?;
    jws.kid()?;
    Claims::from_payload(&jws.payload)
}

/// The claims of a token that one of the keys has signed, that `issuer` has issued, that is meant for
/// `audience`, and whose time is `now` (seconds since the Unix epoch).
///
/// Whether the session has ended meanwhile, or the user was banned, no token knows.
///
/// # Errors
///
/// The first of the checks, in the order of [`TokenError`]'s variants, that fails.
pub fn verify(
    token: &str,
    keys: &KeySet,
    issuer: &str,
    audience: &str,
    now: u64,
) -> Result<Claims, TokenError> {
    let claims = authenticate(token, keys)?;
    if claims.iss != issuer {
        return Err(TokenError::WrongIssuer);
    }
    if !claims.aud.contains(audience) {
        return Err(TokenError::WrongAudience);
    }
    if now >= claims.exp {
        return Err(TokenError::Expired);
    }
    if claims.iat > now.saturating_add(MAX_CLOCK_SKEW) {
        return Err(TokenError::NotYetValid);
    }
    Ok(claims)
}

/// A compact JWS, taken apart but not believed.
struct Jws<'a> {
    /// Header and payload, as they were signed.
    input: &'a str,
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (input, signature) = token.rsplit_once('.')?;
        // A fourth part would leave a dot, which is no base64url.
        let (header, payload) = input.split_once('.')?;
        Some(Self {
            input,
            header: encoding::decode(header)?,
            payload: encoding::decode(payload)?,
            signature: encoding::decode(signature)?,
        })
    }

    /// The id of the key in a header of our form.
    fn kid(&self) -> Option<&str> {
        let header = std::str::from_utf8(&self.header).ok()?;
        let kid = header.strip_prefix(HEADER.0)?.strip_suffix(HEADER.1)?;
        // The form of a thumbprint: 32 bytes. So a header with further members is no header with a strange id.
        (encoding::decode(kid)?.len() == 32).then_some(kid)
    }

    fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.has_signed(self.input.as_bytes(), &self.signature)
    }
}
