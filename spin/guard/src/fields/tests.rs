use super::*;
use crate::{
    identity::Identity,
    proof::{self, Proof},
};
use proptest::prelude::*;

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let field = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"))
    };
    fields.iter().map(field).collect()
}

fn given() -> Given {
    Given {
        identity: Identity {
            id: HeaderValue::from_static("0198c0de"),
            email: HeaderValue::from_static("ada@example.com"),
            email_verified: true,
            role: HeaderValue::from_static("user"),
        },
        proof: Proof::in_answer(&proof::token(0, 0)).expect("a proof"),
        token: HeaderValue::from_static("e.y.J"),
    }
}

#[test]
fn fields_are_weighed_with_all_that_belongs_to_them() {
    let of = |letters: usize| headers(&[("x", &"y".repeat(letters))]);
    assert!(!are_too_large(&of(WEIGHT - FIELD - 1)) && are_too_large(&of(WEIGHT - FIELD)));
    let many: HeaderMap = (0..2000_u16)
        .map(|number| {
            (HeaderName::try_from(format!("x-{number}")).expect("a name"), HeaderValue::from(number))
        })
        .collect();
    assert!(are_too_large(&many), "many small ones weigh as much as a large one");
}

#[test]
fn the_app_learns_who_came() {
    let fields = for_the_app(&headers(&[("accept", "*/*"), ("authorization", "Bearer x")]), Some(&given()));
    let expected = headers(&[
        ("accept", "*/*"),
        ("mana-user-id", "0198c0de"),
        ("mana-user-email", "ada@example.com"),
        ("mana-user-email-verified", "true"),
        ("mana-user-role", "user"),
        ("mana-token", "e.y.J"),
    ]);
    assert_eq!(fields, expected);
}

#[test]
fn on_a_public_path_the_apps_own_authorization_is_left_alone() {
    let client = headers(&[
        ("authorization", "Basic eA=="),
        ("cookie", "a=b; mana_session=x"),
        ("cookie", "mana_device=d"),
    ]);
    assert_eq!(for_the_app(&client, None), headers(&[("authorization", "Basic eA=="), ("cookie", "a=b")]));
}

#[test]
fn what_concerns_the_connection_ends_here() {
    let client = headers(&[
        ("host", "a"),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "websocket"),
        ("keep-alive", "1"),
        ("x-rewrite-url", "/admin"),
        ("X_Original_URL", "/admin"),
        ("content-length", "3"),
        ("te", "trailers"),
    ]);
    assert_eq!(for_the_app(&client, None), headers(&[("content-length", "3"), ("te", "trailers")]));
}

#[test]
fn what_spin_says_is_what_spin_says() {
    let client = headers(&[
        ("spin-path-info", "/admin"),
        ("spin_path_info", "/admin"),
        ("spin-path-info", "/public"),
        ("spin-client-addr", "127.0.0.1:1"),
    ]);
    let expected = headers(&[("spin-path-info", "/public"), ("spin-client-addr", "127.0.0.1:1")]);
    assert_eq!(for_the_app(&client, None), expected);
}

#[test]
fn repeated_fields_are_all_handed_on() {
    let client = headers(&[("x-a", "1"), ("x-b", "2"), ("x-a", "3")]);
    assert_eq!(for_the_app(&client, None), client);
}

/// The guard's names, in the spellings that some reader takes for them.
fn forged() -> impl Strategy<Value = String> {
    let names =
        [USER_ID, USER_EMAIL, USER_EMAIL_VERIFIED, USER_ROLE, TOKEN].map(|name| name.as_str().to_owned());
    (prop::sample::select(names.to_vec()), prop::collection::vec(any::<(bool, u8)>(), 32)).prop_map(
        |(name, changes)| {
            let change = |(c, (upper, separator)): (char, &(bool, u8))| match c {
                '-' => ['-', '_', '.', '~', '!'][usize::from(*separator) % 5],
                c if *upper => c.to_ascii_uppercase(),
                c => c,
            };
            name.chars().zip(&changes).map(change).collect()
        },
    )
}

proptest! {
    /// Nothing that a client sends under the guard's names survives, on whatever path.
    #[test]
    fn no_forged_identity_survives(
        names in prop::collection::vec(forged(), 1..6),
        others in prop::collection::vec("[a-z]{1,8}(-[a-z]{1,8})?", 0..6),
        private in any::<bool>(),
    ) {
        let mut client = HeaderMap::new();
        for name in names.iter().chain(&others) {
            client.append(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_static("forged"));
        }
        let given = private.then(given);
        let fields = for_the_app(&client, given.as_ref());
        for (name, value) in &fields {
            let ours = folded(name).starts_with("mana-");
            prop_assert!(!ours || value != "forged", "{name}");
            prop_assert!(!ours || private, "{name}");
        }
        prop_assert_eq!(fields.get_all(USER_ID).iter().count(), usize::from(private));
    }

    /// No cookie of the auth service reaches the app, and every other one does.
    #[test]
    fn the_session_stays_with_the_guard(cookies in prop::collection::vec("(__Host-|__Secure-)?(mana_session|mana_cache|theme|a)=[a-z]{0,4}", 0..8)) {
        let mut client = HeaderMap::new();
        client.insert(COOKIE, HeaderValue::from_str(&cookies.join("; ")).expect("a value"));
        let fields = for_the_app(&client, None);
        let left = fields.get(COOKIE).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
        let expected: Vec<_> = cookies.iter().filter(|cookie| !cookie.contains("mana_")).cloned().collect();
        prop_assert_eq!(left, expected.join("; "));
    }
}
