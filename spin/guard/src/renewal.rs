//! The auth service moves a session's end now and then, and its cookie's with it. Whoever comes only through the guard
//! would otherwise lose the cookie before the session.

use http::{HeaderMap, header::CACHE_CONTROL};

/// Whether an app's answer may carry the renewed cookie: only where it forbids shared caches to keep it (RFC 9111
/// §5.2.2), which would hand one person's session to all others. The session's end has moved then all the same, and
/// the cookie's moves with the next occasion, a day later.
#[must_use]
pub fn may_carry(answer: &HeaderMap) -> bool {
    let fields = answer.get_all(CACHE_CONTROL).iter().map(|value| value.as_bytes().to_ascii_lowercase());
    let directives = fields.flat_map(|field| {
        field.split(|byte| *byte == b',').map(|it| it.trim_ascii().to_vec()).collect::<Vec<_>>()
    });
    let (mut forbids, mut invites) = (false, false);
    for directive in directives {
        forbids |= matches!(directive.as_slice(), b"no-store" | b"private");
        invites |= directive == b"public" || directive.starts_with(b"s-maxage");
    }
    forbids && !invites
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_cookie_never_goes_where_a_shared_cache_may_keep_it() {
        for (fields, may) in [
            (vec![], false),
            (vec!["max-age=600"], false),
            (vec!["no-store"], true),
            (vec!["private, max-age=60"], true),
            (vec!["max-age=60, Public"], false),
            (vec!["s-maxage=60"], false),
            (vec!["private", "public"], false),
        ] {
            let answer =
                fields.iter().map(|value| (CACHE_CONTROL, HeaderValue::from_static(value))).collect();
            assert_eq!(may_carry(&answer), may, "{fields:?}");
        }
    }
}
