/// Why a token, or a key set, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The key set is not a JSON Web Key Set, or one of its Ed25519 keys is none.
    #[error("the key set is malformed")]
    MalformedKeySet,
    /// Not a token of the one form that this service makes.
    #[error("the token is malformed")]
    Malformed,
    /// Signed by no key of the set.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// Not signed by the key that it names.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// Issued by another service.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// Meant for another recipient.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Issued more than a minute in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
}
