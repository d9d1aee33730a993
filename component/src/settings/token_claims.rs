//! Which members of `app_metadata` go into access tokens, as claims beside those that say who it is.

/// The most names.
const MOST: usize = 20;
/// The longest name, in bytes.
const LENGTH: usize = 64;

/// What no claim of the operator's own may be called. First what our tokens say; then what is registered at IANA (RFC 7519 §10.1) and
/// libraries read without being asked to: who somebody is, how they signed in, what the token is good for, and for whom.
const TAKEN: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sid",
    "pos",
    "email",
    "email_verified",
    "role",
    "auth_time",
    "amr",
    "acr",
    // OpenID Connect Core §2, §5.1 and §5.6.2, and its logout.
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "azp",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "sub_jwk",
    "_claim_names",
    "_claim_sources",
    "events",
    "toe",
    "txn",
    "sub_id",
    // RFC 7800, RFC 8485, RFC 8693, RFC 9068, RFC 9396, RFC 9449, RFC 9560.
    "cnf",
    "vot",
    "vtm",
    "act",
    "may_act",
    "scope",
    "client_id",
    "roles",
    "groups",
    "entitlements",
    "authorization_details",
    "htm",
    "htu",
    "ath",
    "vc",
    "vp",
    "status",
    "verified_claims",
];

/// Checks the names.
///
/// # Errors
///
/// What would be right, in words for the operator.
pub fn check(names: &[String]) -> Result<(), String> {
    if names.len() > MOST {
        return Err(format!("must be at most {MOST} names"));
    }
    names.iter().zip(1..).try_for_each(|(name, position)| {
        check_name(name).map_err(|problem| format!("item {position}: {problem}"))
    })
}

fn check_name(name: &str) -> Result<(), String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_:/.-".contains(&byte);
    if !(1..=LENGTH).contains(&name.len()) || !name.bytes().all(is_allowed) {
        return Err(format!("must be 1 to {LENGTH} of A to Z, a to z, 0 to 9, _ : / . and -"));
    }
    // Some readers (Go's among them) take one spelling for the other.
    match TAKEN.iter().find(|taken| taken.eq_ignore_ascii_case(name)) {
        Some(taken) => Err(format!("{taken} is a claim with a meaning of its own: choose another name")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mana_auth_tokens::Claims;
    use serde_json::{Map, Value};

    fn problem(names: &[&str]) -> Option<String> {
        check(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).err()
    }

    #[test]
    fn names_are_short_and_of_a_few_characters() {
        for name in ["tier", "plan_2", "https://shop.example/tier", "urn:shop:tier", "A", &"x".repeat(64)] {
            assert_eq!(problem(&[name]), None, "{name}");
        }
        for name in ["", " ", "a b", "tier\0", "größe", "a\"b", "a\\b", "a,b", &"x".repeat(65)] {
            assert!(problem(&[name]).is_some_and(|problem| problem.starts_with("item 1: must be")), "{name}");
        }
    }

    #[test]
    fn there_are_at_most_twenty() {
        let names: Vec<String> = (0..21).map(|n| format!("claim{n}")).collect();
        assert_eq!(check(&names[..20]), Ok(()));
        assert!(check(&names).is_err());
    }

    #[test]
    fn what_has_a_meaning_is_refused_in_any_case() {
        for name in [
            "iss",
            "sub",
            "aud",
            "exp",
            "nbf",
            "iat",
            "jti",
            "sid",
            "amr",
            "acr",
            "auth_time",
            "role",
            "email",
            "name",
        ] {
            for name in [name.to_owned(), name.to_uppercase()] {
                let said = problem(&["tier", &name]).unwrap_or_default();
                assert!(said.starts_with("item 2: ") && said.contains("claim"), "{name}: {said}");
            }
        }
    }

    #[test]
    fn whatever_our_tokens_say_is_taken() {
        let text = String::new;
        let claims = Claims {
            sub: text(),
            email: text(),
            email_verified: false,
            role: text(),
            sid: text(),
            iss: text(),
            aud: "".into(),
            iat: 0,
            exp: 0,
            pos: text(),
            auth_time: 0,
            amr: Vec::new(),
            own: Map::new(),
        };
        let Ok(Value::Object(claims)) = serde_json::to_value(claims) else { panic!("an object") };
        for name in claims.keys() {
            assert!(TAKEN.contains(&name.as_str()), "{name}");
        }
    }
}
