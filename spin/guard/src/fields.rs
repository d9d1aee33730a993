//! Which header fields the app gets: the client's, without any that only the guard or Spin may set.

use crate::{credential, identity::Given};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, HOST},
};

/// The user's id.
pub const USER_ID: HeaderName = HeaderName::from_static("mana-user-id");
/// The user's e-mail address.
pub const USER_EMAIL: HeaderName = HeaderName::from_static("mana-user-email");
/// Whether the address has been shown to be theirs: `true` or `false`.
pub const USER_EMAIL_VERIFIED: HeaderName = HeaderName::from_static("mana-user-email-verified");
/// `user`, `admin` or `service`.
pub const USER_ROLE: HeaderName = HeaderName::from_static("mana-user-role");
/// A token for the app, good for a minute.
pub const TOKEN: HeaderName = HeaderName::from_static("mana-token");
/// Marks what a guard itself asks, so that one that asks itself notices.
pub const ASKING: HeaderName = HeaderName::from_static("mana-guard-asks");

/// Every name that begins so belongs to the guard, those of later versions too.
const OURS: &str = "mana-";
/// Names that begin so are Spin's.
const SPINS: &str = "spin-";
/// What Spin says about every request, behind whatever the client says under the same names (4.1). What it says about
/// some only, the client may have said alone.
const SAID_BY_SPIN: &[&str] = &[
    "spin-base-path",
    "spin-client-addr",
    "spin-component-route",
    "spin-full-url",
    "spin-matched-route",
    "spin-path-info",
    "spin-raw-component-route",
];
/// What concerns a connection, not a request (RFC 9110 §7.6.1): Spin refuses to hand it on.
const HOPS: &[&str] = &[
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];
/// By these, some frameworks let a client ask for one path and get another, past every check of the first.
const DETOURS: &[&str] = &["x-original-url", "x-rewrite-url"];

/// The most that a client's fields may weigh. wasmtime lets a program make 128 KiB of them (47 and 48), and the guard
/// adds fields of its own, among them a token.
const WEIGHT: usize = 96 * 1024;
/// What wasmtime counts for each field besides its letters.
const FIELD: usize = 72;

/// Whether these are more than can be handed on.
#[must_use]
pub fn are_too_large(client: &HeaderMap) -> bool {
    let weigh = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + FIELD;
    client.iter().map(weigh).sum::<usize>() > WEIGHT
}

/// The fields that the app gets. `given` is who came, on paths that ask.
#[must_use]
pub fn for_the_app(client: &HeaderMap, given: Option<&Given>) -> HeaderMap {
    let mut fields = HeaderMap::with_capacity(client.keys_len() + 5);
    for name in client.keys() {
        let folded = folded(name);
        let is_spins = folded.starts_with(SPINS);
        let is_refused = folded.starts_with(OURS)
            || (is_spins && !SAID_BY_SPIN.contains(&name.as_str()))
            || *name == HOST
            // It has done its duty; what acts for the user in the app's name is the token.
            || (*name == AUTHORIZATION && given.is_some())
            || HOPS.contains(&folded.as_str())
            || DETOURS.contains(&folded.as_str());
        if is_refused {
            continue;
        }
        let mut values = client.get_all(name).iter();
        if is_spins {
            fields.extend(values.next_back().map(|value| (name.clone(), value.clone())));
        } else if *name == COOKIE {
            fields.extend(values.filter_map(credential::without_ours).map(|value| (COOKIE, value)));
        } else {
            fields.extend(values.map(|value| (name.clone(), value.clone())));
        }
    }
    if let Some(Given { identity, token, .. }) = given {
        let verified = if identity.email_verified { "true" } else { "false" };
        fields.insert(USER_ID, identity.id.clone());
        fields.insert(USER_EMAIL, identity.email.clone());
        fields.insert(USER_EMAIL_VERIFIED, HeaderValue::from_static(verified));
        fields.insert(USER_ROLE, identity.role.clone());
        fields.insert(TOKEN, token.clone());
    }
    fields
}

/// A name as the laxest of readers takes it. CGI's variables have one character for all that is neither letter nor
/// digit, so to some apps `Mana_User.Id` is the same name.
fn folded(name: &HeaderName) -> String {
    let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.as_str().chars().map(fold).collect()
}

#[cfg(test)]
mod tests;
