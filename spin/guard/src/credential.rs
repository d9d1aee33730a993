//! With what a request says who it is, and what of its cookies is whose.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};
use mana_auth_hygiene::cookie_name;

/// What a request brought, as the auth service is to judge it.
#[derive(Clone)]
pub struct Credential {
    kind: CredentialKind,
    /// The fields, each as it came.
    fields: Vec<HeaderValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CredentialKind {
    Authorization,
    Cookie,
}

impl Credential {
    /// Of a request. With a bearer token, cookies are ignored, as the auth service does; other schemes, such as a
    /// proxy's `Basic`, say nothing about a session. None where there is nothing that could be a session's.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let bearers = headers.get_all(AUTHORIZATION).iter().filter(|field| is_bearer(field));
        let fields: Vec<_> = bearers.cloned().collect();
        if !fields.is_empty() {
            return Some(Self { kind: CredentialKind::Authorization, fields });
        }
        let fields: Vec<_> =
            headers.get_all(COOKIE).iter().filter_map(|field| keep(field, is_ours)).collect();
        let is_session = |field: &HeaderValue| {
            pairs(field).any(|pair| bare(name(pair)) == cookie_name::SESSION.as_bytes())
        };
        fields.iter().any(is_session).then_some(Self { kind: CredentialKind::Cookie, fields })
    }

    /// Whether a browser sent it by itself, so that a foreign page may have made it do so.
    #[must_use]
    pub fn is_ambient(&self) -> bool {
        self.kind == CredentialKind::Cookie
    }

    /// The header that carries it, and its fields: all of the client's that the auth service is to see.
    pub fn fields(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let name = match self.kind {
            CredentialKind::Authorization => AUTHORIZATION,
            CredentialKind::Cookie => COOKIE,
        };
        self.fields.iter().map(move |field| (name.clone(), field.clone()))
    }
}

/// Whether a scheme in it is `Bearer` (RFC 6750 §2.1), whatever follows: the auth service judges whether that is a token, and refuses
/// several in one field.
fn is_bearer(field: &HeaderValue) -> bool {
    field.as_bytes().split(|byte| *byte == b',').any(|credential| {
        let mut words = credential.trim_ascii().split(u8::is_ascii_whitespace);
        words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    })
}

/// A `Cookie` field without the auth service's own cookies; none if nothing is left.
#[must_use]
pub fn without_ours(field: &HeaderValue) -> Option<HeaderValue> {
    keep(field, |pair| !is_ours(pair))
}

fn keep(field: &HeaderValue, wanted: impl Fn(&[u8]) -> bool) -> Option<HeaderValue> {
    let kept: Vec<_> = pairs(field).filter(|pair| wanted(pair)).collect();
    if kept.is_empty() {
        return None;
    }
    // Pieces of a value are a value.
    HeaderValue::from_bytes(&kept.join(b"; ".as_slice())).ok()
}

/// Split where the auth service splits them, so that both see the same cookies.
fn pairs(field: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    field.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

fn is_ours(pair: &[u8]) -> bool {
    bare(name(pair)).starts_with(cookie_name::PREFIX.as_bytes())
}

fn name(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii()
}

/// Without the prefix that says how browsers guard it (RFC 6265bis §4.1.3).
fn bare(name: &[u8]) -> &[u8] {
    [b"__Host-".as_slice(), b"__Secure-"].iter().find_map(|prefix| name.strip_prefix(*prefix)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn asked(fields: &[(HeaderName, &'static str)]) -> Vec<(HeaderName, HeaderValue)> {
        Credential::of(&headers(fields))
            .iter()
            .flat_map(|credential| credential.fields().collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn the_auth_service_sees_its_own_cookies_alone() {
        let seen = asked(&[
            (COOKIE, "theme=dark; mana_session=abc;lang=en; mana_device=d"),
            (COOKIE, "a=b"),
            (COOKIE, "__Host-mana_session=def"),
        ]);
        let expected = ["mana_session=abc; mana_device=d", "__Host-mana_session=def"];
        assert_eq!(seen, expected.map(|value| (COOKIE, HeaderValue::from_static(value))));
    }

    #[test]
    fn authorization_goes_before_cookies() {
        let fields = [(COOKIE, "mana_session=abc"), (AUTHORIZATION, "Bearer x")];
        assert_eq!(asked(&fields), [(AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
        let with_basic = [fields[0].clone(), fields[1].clone(), (AUTHORIZATION, "Basic eDp5")];
        assert_eq!(asked(&with_basic), [(AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
        for several in ["Basic eDp5, Bearer x", "Bearer\tx"] {
            let fields = [(COOKIE, "mana_session=abc"), (AUTHORIZATION, several)];
            assert_eq!(asked(&fields), [(AUTHORIZATION, HeaderValue::from_static(several))]);
        }
        assert!(!Credential::of(&headers(&fields)).expect("a credential").is_ambient());
        assert!(
            Credential::of(&headers(&[(COOKIE, "mana_session=abc")])).expect("a credential").is_ambient()
        );
    }

    #[test]
    fn a_cookie_counts_beside_a_scheme_that_is_not_ours() {
        for foreign in ["Basic eDp5", "Digest username=x", "Bearerish x", "basic"] {
            let fields = [(COOKIE, "mana_session=abc"), (AUTHORIZATION, foreign)];
            assert_eq!(asked(&fields), [(COOKIE, HeaderValue::from_static("mana_session=abc"))]);
            assert!(Credential::of(&headers(&fields)).expect("a credential").is_ambient(), "{foreign}");
        }
        assert!(asked(&[(AUTHORIZATION, "Basic eDp5")]).is_empty());
    }

    #[test]
    fn without_a_session_there_is_nothing_to_ask() {
        assert!(asked(&[]).is_empty());
        assert!(asked(&[(COOKIE, "a=b; mana_device=d; xmana_session=1; Mana_Session=2")]).is_empty());
    }

    #[test]
    fn the_app_sees_the_other_cookies_alone() {
        for (field, left) in [
            ("a=b", Some("a=b")),
            ("a=b;mana_session=x ;  c=d;", Some("a=b; c=d")),
            ("__Host-mana_session=x", None),
            ("__Secure-mana_session = x; mana_device=y", None),
            ("a=mana_session=x", Some("a=mana_session=x")),
        ] {
            let value = without_ours(&HeaderValue::from_static(field));
            assert_eq!(value.as_ref().map(HeaderValue::as_bytes), left.map(str::as_bytes), "{field}");
        }
    }
}
