use super::{APP, applied, lines, policy};
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SERVER, STRICT_TRANSPORT_SECURITY, VARY},
};
use mana_auth_hygiene::{Hsts, Origin, Policy, Scheme};

const CLEAR: [&str; 12] = [
    "cache-control: no-store",
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    "cross-origin-embedder-policy: require-corp",
    "cross-origin-opener-policy: same-origin-allow-popups",
    "cross-origin-resource-policy: cross-origin",
    "permissions-policy: accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "referrer-policy: strict-origin-when-cross-origin",
    "vary: Origin",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
    "x-permitted-cross-domain-policies: none",
    "x-xss-protection: 0",
];

#[test]
fn every_answer_has_exactly_these() {
    assert_eq!(lines(&applied(Scheme::Http, None)), CLEAR);
}

#[test]
fn https_adds_hsts_and_nothing_else() {
    let mut expected = CLEAR.map(String::from).to_vec();
    expected.push("strict-transport-security: max-age=31536000; includeSubDomains; preload".into());
    expected.sort();
    assert_eq!(lines(&applied(Scheme::Https, None)), expected);
}

#[test]
fn each_part_of_hsts_can_be_chosen() {
    let value = |hsts| {
        let mut headers = HeaderMap::new();
        Policy::new(hsts, vec![]).apply(Scheme::Https, None, &mut headers);
        headers.get(STRICT_TRANSPORT_SECURITY).map(|value| value.to_str().unwrap().to_owned())
    };
    let of = |max_age, include_subdomains, preload| Some(Hsts { max_age, include_subdomains, preload });
    assert_eq!(value(None), None);
    assert_eq!(value(of(0, false, false)).unwrap(), "max-age=0");
    assert_eq!(value(of(300, true, false)).unwrap(), "max-age=300; includeSubDomains");
    assert_eq!(value(of(u32::MAX, false, true)).unwrap(), "max-age=4294967295; preload");
}

#[test]
fn what_the_answer_says_itself_is_kept() {
    let own = [
        (CACHE_CONTROL, "public, max-age=300"),
        (CONTENT_SECURITY_POLICY, "default-src 'self'"),
        (http::header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (http::header::CONTENT_TYPE, "text/html"),
    ];
    let mut headers: HeaderMap =
        own.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
    policy().apply(Scheme::Https, None, &mut headers);
    for (name, value) in own {
        let values: Vec<_> = headers.get_all(&name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[test]
fn cookies_survive() {
    let mut headers = HeaderMap::new();
    headers.append(http::header::SET_COOKIE, HeaderValue::from_static("a=1"));
    headers.append(http::header::SET_COOKIE, HeaderValue::from_static("b=2"));
    policy().apply(Scheme::Https, None, &mut headers);
    assert_eq!(headers.get_all(http::header::SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
}

#[test]
fn the_software_is_never_named() {
    let mut headers = HeaderMap::new();
    headers.append(SERVER, HeaderValue::from_static("hyper"));
    headers.append(SERVER, HeaderValue::from_static("mana"));
    headers.append("x-powered-by", HeaderValue::from_static("Express"));
    policy().apply(Scheme::Https, None, &mut headers);
    assert!(!headers.contains_key(SERVER));
    assert!(!headers.contains_key("x-powered-by"));
}

#[test]
fn hsts_is_never_sent_in_the_clear() {
    let mut headers = HeaderMap::new();
    headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=1"));
    policy().apply(Scheme::Http, None, &mut headers);
    assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
}

#[test]
fn vary_keeps_what_it_has() {
    for (before, after) in [
        ("Accept-Encoding", vec!["Accept-Encoding", "Origin"]),
        ("X-Origin", vec!["X-Origin", "Origin"]),
        ("accept, ORIGIN ", vec!["accept, ORIGIN "]),
        ("origin", vec!["origin"]),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static(before));
        policy().apply(Scheme::Https, None, &mut headers);
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), after);
    }
}

#[test]
fn applying_twice_is_applying_once() {
    let origin = HeaderValue::from_static(APP);
    for origin in [None, Some(&origin)] {
        let mut headers = HeaderMap::new();
        policy().apply(Scheme::Https, origin, &mut headers);
        let once = lines(&headers);
        policy().apply(Scheme::Https, origin, &mut headers);
        assert_eq!(lines(&headers), once);
    }
}

#[test]
fn an_origin_can_add_nothing_to_the_policy() {
    for attack in
        ["https://a.example; script-src *", "https://a.example 'unsafe-inline'", "https://*.example"]
    {
        assert!(Origin::parse(attack).is_err(), "{attack}");
    }
}
