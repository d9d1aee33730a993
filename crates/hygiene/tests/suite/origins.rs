use mana_auth_hygiene::{InvalidOrigin, Origin};
use proptest::prelude::*;

#[test]
fn origins_have_one_form() {
    for (text, expected) in [
        ("https://app.example", "https://app.example"),
        ("HTTPS://App.Example", "https://app.example"),
        ("https://app.example:443", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("https://app.example:80", "https://app.example:80"),
        ("http://app.example:443", "http://app.example:443"),
        ("https://app.example:08443", "https://app.example:8443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://my_app.example-2.example", "https://my_app.example-2.example"),
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001"),
        ("http://[::1]:3001", "http://[::1]:3001"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("http://[2001:DB8::A]", "http://[2001:db8::a]"),
        ("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("Tauri://localhost", "tauri://localhost"),
        ("app://localhost:80", "app://localhost:80"),
        (
            "chrome-extension://mfnjihkfpmdmhcgolcjgcbhkmbcnhdoa",
            "chrome-extension://mfnjihkfpmdmhcgolcjgcbhkmbcnhdoa",
        ),
        (
            "moz-extension://9a64d5c8-3cf5-4a0c-a2f4-5f0e1c2d3b4a",
            "moz-extension://9a64d5c8-3cf5-4a0c-a2f4-5f0e1c2d3b4a",
        ),
    ] {
        assert_eq!(Origin::parse(text).as_ref().map(Origin::as_str), Ok(expected));
    }
}

#[test]
fn origins_know_their_parts() {
    for (text, is_of_the_web, host) in [
        ("https://App.example:8443", true, "app.example"),
        ("http://localhost", true, "localhost"),
        ("http://[::1]:3001", true, "[::1]"),
        ("http://[::1]", true, "[::1]"),
        ("capacitor://localhost", false, "localhost"),
    ] {
        let origin = Origin::parse(text).unwrap();
        assert_eq!((origin.is_of_the_web(), origin.host()), (is_of_the_web, host));
    }
}

#[test]
fn anything_else_is_refused_for_its_reason() {
    use InvalidOrigin::{Host, Port, Scheme, Surplus};
    for (text, reason) in [
        ("", Scheme),
        ("*", Scheme),
        ("null", Scheme),
        ("app.example", Scheme),
        ("//app.example", Scheme),
        ("https:app.example", Scheme),
        ("https:/app.example", Scheme),
        ("ftp://app.example", Scheme),
        ("htps://app.example", Scheme),
        ("file://", Scheme),
        ("ws://app.example", Scheme),
        ("javascript://app.example", Scheme),
        (" https://app.example", Scheme),
        ("https://", Host),
        ("https://:443", Host),
        ("https://*", Host),
        ("https://*.example", Host),
        ("https://app.example ", Host),
        ("https://app example", Host),
        ("https://app.example;", Host),
        ("https://app.example'", Host),
        ("https://app.example,https", Host),
        ("https://app.example\n", Host),
        ("https://app.example\0", Host),
        ("https://b\u{fc}cher.example", Host),
        ("https://\u{ff41}pp.example", Host),
        ("https://app%2eexample", Host),
        ("https://app..example", Host),
        ("https://.app.example", Host),
        ("https://app.example.", Host),
        ("https://1.2.3", Host),
        ("https://1.2.3.4.5", Host),
        ("https://2130706433", Host),
        ("https://0x7f000001", Host),
        ("https://127.0.0.01", Host),
        ("https://256.0.0.1", Host),
        ("https://[::1", Host),
        ("https://::1]", Host),
        ("https://[fe80::1%25eth0]", Host),
        ("https://[]", Host),
        ("https://app.example:", Port),
        ("https://app.example:0", Port),
        ("https://app.example:65536", Port),
        ("https://app.example:+443", Port),
        ("https://app.example:-1", Port),
        ("https://app.example:443a", Port),
        ("https://app.example: 443", Port),
        ("https://[::1]:x", Port),
        ("https://app.example/", Surplus),
        ("https://app.example/path", Surplus),
        ("https://app.example?x", Surplus),
        ("https://app.example#x", Surplus),
        ("https://app.example\\", Surplus),
        ("https://ada@app.example", Surplus),
        ("https://ada:secret@app.example", Surplus),
        ("https://app.example@evil.example", Surplus),
        ("https://https://app.example", Surplus),
    ] {
        assert_eq!(Origin::parse(text), Err(reason), "{text:?}");
    }
    let label = "a".repeat(63);
    assert!(Origin::parse(&format!("https://{label}.example")).is_ok());
    assert_eq!(Origin::parse(&format!("https://{label}a.example")), Err(Host));
    assert_eq!(Origin::parse(&format!("https://{}example", "a.".repeat(124))), Err(Host));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    /// The `url` crate is what browsers do, as far as there is a standard for it.
    #[test]
    fn what_is_an_origin_here_is_the_same_in_a_browser(
        text in prop_oneof![
            "https?://[a-z0-9.-]{1,12}(:[0-9]{1,5})?",
            "[hH]ttps?://(App|[a-z]{1,3}|[0-9]{1,3})(\\.[a-zA-Z0-9_-]{1,5}){0,3}(:[0-9]{0,6})?",
            "https?://\\[[0-9a-f:.]{2,20}\\](:[0-9]{1,5})?",
            "https?://\\PC{0,20}",
        ],
    ) {
        if let Ok(origin) = Origin::parse(&text) {
            let again = Origin::parse(origin.as_str());
            prop_assert_eq!(again.as_ref(), Ok(&origin));
            // The standard also checks Punycode, which browsers do before they send an origin.
            if !origin.as_str().contains("xn--") {
                let url = url::Url::parse(&text).unwrap();
                prop_assert_eq!(url.origin().ascii_serialization(), origin.as_str());
            }
        }
    }
}
