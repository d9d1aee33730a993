use super::*;
use proptest::prelude::*;

fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).expect(text)
}

#[test]
fn canonical_paths_are_taken() {
    for target in [
        "/",
        "/public",
        "/public/",
        "/a/b.c/d-e_f~g",
        "/users/ada@example.com",
        "/users/ada%40example.com",
        "/caf%C3%A9/%20x",
        "/100%25",
        "/.well-known/x",
        "/...",
        "/a,b",
        "/[id]?x=//;\\%2e%2e",
    ] {
        assert!(Path::of(target).is_some(), "{target}");
    }
}

#[test]
fn ambiguous_paths_are_refused() {
    for target in [
        "",
        "*",
        "public",
        "http://a/public",
        "//",
        "//evil.example",
        "/a//b",
        "/a//",
        "/.",
        "/..",
        "/./a",
        "/a/./b",
        "/a/../b",
        "/a/..",
        "/%2e%2e/b",
        "/a/%2E./b",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00",
        "/a%0a",
        "/a%7f",
        "/a;b",
        "/a;/../b",
        "/a%3bb",
        "/%61dmin",
        "/a%2d",
        "/a%7E",
        "/%252e%252e",
        "/a%252fb",
        "/a%25252fb",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%+2",
        "/a b",
        "/a\tb",
        "/caf\u{e9}",
        "/a\u{0}",
        "/a#b",
        "/a\"b",
        "/<a>",
    ] {
        assert_eq!(Path::of(target), None, "{target}");
    }
}

#[test]
fn prefixes_match_whole_segments() {
    let public = prefix("/public");
    for (target, within) in [
        ("/public", true),
        ("/public/", true),
        ("/public/x/y", true),
        ("/public?x", true),
        ("/publicity", false),
        ("/public.html", false),
        ("/publi", false),
        ("/", false),
        ("/x/public", false),
        ("/Public", false),
        ("/public%20", false),
    ] {
        assert_eq!(Path::of(target).expect(target).is_within(&public), within, "{target}");
    }
    assert!(Path::of("/PuBlic/x").expect("canonical").is_within_ignoring_case(&public));
    assert!(!Path::of("/PuBlicity").expect("canonical").is_within_ignoring_case(&public));
    assert!(Path::of("/anything").expect("canonical").is_within(&prefix("/")));
}

#[test]
fn prefixes_that_could_not_match_are_refused() {
    for text in [
        "",
        "public",
        "/public/",
        "//",
        "/a//b",
        "/a/...",
        "/a/..",
        "/*",
        "/a%20b",
        "/caf\u{e9}",
        "/a b",
        "/a?b",
    ] {
        assert_eq!(Prefix::parse(text), Err(InvalidPrefix), "{text}");
    }
}

/// How the laxest reader imaginable could take a path: decoded until nothing changes, backslashes as slashes,
/// parameters dropped, cut at NUL, empty segments dropped, dots resolved, in lower case.
fn laxest(path: &str) -> String {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..8 {
        let (mut decoded, mut rest) = (Vec::new(), bytes.as_slice());
        while let [first, tail @ ..] = rest {
            match tail {
                [high, low, after @ ..]
                    if *first == b'%' && digit(*high).is_some() && digit(*low).is_some() =>
                {
                    decoded.push(digit(*high).unwrap_or(0) * 16 + digit(*low).unwrap_or(0));
                    rest = after;
                }
                _ => {
                    decoded.push(*first);
                    rest = tail;
                }
            }
        }
        bytes = decoded;
    }
    let text = String::from_utf8_lossy(&bytes).replace('\\', "/");
    let text = text.split('\0').next().unwrap_or_default();
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/")).to_ascii_lowercase()
}

/// Pieces of which tricks are made.
fn trick() -> impl Strategy<Value = String> {
    let pieces = [
        "/", "//", ".", "..", "/./", "/../", "%2e", "%2E", "%2f", "%5c", "\\", ";", ";x=/", "%3b", "%00",
        "%25", "%252e", "%252f", "%", "%2", "public", "admin", "%61dmin", "%70ublic", "Admin", "x", "\u{e9}",
        " ", "%20", "?", "#", "\t", "%0d%0a", "%c0%ae", "@", ":",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Nobody can read a path that counts as public as one that is not.
    #[test]
    fn what_is_public_is_public_to_every_reader(start in prop::sample::select(vec!["/public", "/public/", "/", ""]), rest in trick()) {
        let target = start.to_owned() + &rest;
        let public = prefix("/public");
        if Path::of(&target).is_some_and(|path| path.is_within(&public)) {
            let read = laxest(target.split('?').next().unwrap_or_default());
            prop_assert!(read == "/public" || read.starts_with("/public/"), "{target:?} reads as {read:?}");
        }
    }

    /// Nobody can read a path that escapes the rule for `/admin` as one below it.
    #[test]
    fn what_is_below_a_rule_has_no_other_spelling(target in trick().prop_map(|rest| "/".to_owned() + &rest)) {
        let admin = prefix("/admin");
        let Some(path) = Path::of(&target) else { return Ok(()) };
        let read = laxest(target.split('?').next().unwrap_or_default());
        let below = read == "/admin" || read.starts_with("/admin/");
        prop_assert_eq!(path.is_within_ignoring_case(&admin), below, "{:?} reads as {:?}", target, read);
    }

    /// Anything at all is judged without a panic, and a canonical path stays below the root.
    #[test]
    fn any_text_is_judged(target in any::<String>()) {
        if Path::of(&target).is_some() {
            prop_assert!(target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\"));
        }
    }
}
