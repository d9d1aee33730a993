//! From the types of this crate to those that are generated for the interface `tokens`, in whichever world.

/// Implements the conversions into a world's generated `claims` and `refusal`.
#[macro_export]
macro_rules! generated {
    ($claims:ty, $refusal:ty) => {
        impl From<$crate::Claims> for $claims {
            fn from(claims: $crate::Claims) -> Self {
                let own = claims.own_as_json();
                let $crate::Claims {
                    sub,
                    email,
                    email_verified,
                    role,
                    sid,
                    iss,
                    aud,
                    iat,
                    exp,
                    pos,
                    auth_time,
                    amr,
                    ..
                } = claims;
                let aud = aud.into_recipients();
                Self { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, auth_time, amr, own }
            }
        }

        impl From<$crate::TokenError> for $refusal {
            fn from(refusal: $crate::TokenError) -> Self {
                match refusal {
                    $crate::TokenError::MalformedKeySet => Self::MalformedKeySet,
                    $crate::TokenError::Malformed => Self::Malformed,
                    $crate::TokenError::UnknownKey => Self::UnknownKey,
                    $crate::TokenError::BadSignature => Self::BadSignature,
                    $crate::TokenError::WrongIssuer => Self::WrongIssuer,
                    $crate::TokenError::WrongAudience => Self::WrongAudience,
                    $crate::TokenError::Expired => Self::Expired,
                    $crate::TokenError::NotYetValid => Self::NotYetValid,
                }
            }
        }
    };
}
