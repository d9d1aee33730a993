//! From the types of this crate to those that are generated for the interface `tokens`, in whichever world.

/// Implements the conversions into a world's generated `claims` and `refusal`.
#[macro_export]
macro_rules! generated {
    ($claims:ty, $refusal:ty) => {
        impl From<$crate::Claims> for $claims {
            fn from(claims: $crate::Claims) -> Self {
                let own = claims.own_as_json();
                let $crate::Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, .. } =
                    claims;
                Self { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, own }
            }
        }

        impl From<$crate::Refusal> for $refusal {
            fn from(refusal: $crate::Refusal) -> Self {
                match refusal {
                    $crate::Refusal::MalformedKeySet => Self::MalformedKeySet,
                    $crate::Refusal::Malformed => Self::Malformed,
                    $crate::Refusal::UnknownKey => Self::UnknownKey,
                    $crate::Refusal::BadSignature => Self::BadSignature,
                    $crate::Refusal::WrongIssuer => Self::WrongIssuer,
                    $crate::Refusal::WrongAudience => Self::WrongAudience,
                    $crate::Refusal::Expired => Self::Expired,
                    $crate::Refusal::NotYetValid => Self::NotYetValid,
                }
            }
        }
    };
}
