use http::Method;
use mana_auth_hygiene::{Scheme, Transport, require_https};
use proptest::prelude::*;

const PUBLIC: &str = "https://id.example";

fn location(target: &str) -> String {
    match require_https(Scheme::Http, &Method::GET, PUBLIC, target) {
        Transport::Redirect(location) => location.to_str().unwrap().to_owned(),
        other => panic!("{target:?}: {other:?}"),
    }
}

#[test]
fn https_proceeds() {
    for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS, Method::DELETE] {
        assert_eq!(require_https(Scheme::Https, &method, PUBLIC, "/x"), Transport::Proceed);
    }
}

#[test]
fn reading_is_sent_to_the_public_address() {
    for method in [Method::GET, Method::HEAD] {
        let Transport::Redirect(location) =
            require_https(Scheme::Http, &method, PUBLIC, "/login?next=%2Fx&y=1")
        else {
            panic!("{method} is redirected");
        };
        assert_eq!(location, "https://id.example/login?next=%2Fx&y=1");
    }
    assert_eq!(location("/"), "https://id.example/");
}

#[test]
fn a_public_address_may_have_a_path_or_a_port_or_end_with_a_slash() {
    for (public, expected) in [
        ("https://id.example/", "https://id.example/login"),
        ("https://id.example:8443", "https://id.example:8443/login"),
        ("https://example.org/auth/", "https://example.org/auth/login"),
    ] {
        let Transport::Redirect(location) = require_https(Scheme::Http, &Method::GET, public, "/login")
        else {
            panic!("GET is redirected");
        };
        assert_eq!(location, expected);
    }
}

#[test]
fn what_may_carry_a_credential_is_refused() {
    let extension = Method::from_bytes(b"get").unwrap();
    for method in [
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
        extension,
    ] {
        assert_eq!(require_https(Scheme::Http, &method, PUBLIC, "/login"), Transport::Refuse, "{method}");
    }
}

/// Each of these would lead elsewhere, or end the header, if it were simply put behind the public address.
#[test]
fn nasty_targets_lead_to_the_front_door() {
    for target in [
        "",
        "*",
        ".evil.example/",
        "@evil.example/",
        ":password@evil.example/",
        ":8080/",
        "evil.example",
        "https://evil.example/",
        "http://id.example/login",
        "\\\\evil.example",
        "?x",
        "#x",
        "/#x",
        "/\r\nSet-Cookie: a=b",
        "/\nx",
        "/\tx",
        "/\0",
        "/a b",
        "/\u{e9}",
        "/\u{2028}",
        "/\u{7f}",
        " /",
        "\t//evil.example",
    ] {
        assert_eq!(location(target), "https://id.example/", "{target:?}");
    }
}

/// A path may look like another address; behind an authority it is none.
#[test]
fn paths_that_look_like_authorities_stay() {
    for target in
        ["//evil.example", "///evil.example/", "/\\evil.example", "/@evil.example", "/../..//evil.example"]
    {
        let location = location(target);
        assert_eq!(location, format!("{PUBLIC}{target}"));
        assert_eq!(url::Url::parse(&location).unwrap().host_str(), Some("id.example"), "{location}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    #[test]
    fn no_target_leaves_the_public_origin(
        target in prop_oneof![
            any::<String>(),
            "[/\\\\@.:?#%\\t\\r\\n ]{0,6}(evil\\.example|[a-z0-9]{0,5})[/\\\\@.:?#%\\t\\r\\n ]{0,6}[ -~]{0,10}",
            "/[ -~]{0,30}",
        ],
    ) {
        let location = location(&target);
        prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
        let url = url::Url::parse(&location).unwrap();
        prop_assert_eq!(url.origin().ascii_serialization(), PUBLIC);
        prop_assert_eq!((url.username(), url.password()), ("", None));
    }
}
