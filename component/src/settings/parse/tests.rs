use super::*;
use mana_auth_settings::ValueKind;

fn values(extra: &[(&str, &str)]) -> BTreeMap<String, String> {
    let secret = "1:q0q0q0q0q0q0q0q0AbCdEfGhIjKlMnOpQrStUvWxYz0".to_owned();
    let base = [("public_url", "https://auth.example.com"), ("secrets", secret.as_str())];
    base.iter().chain(extra).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn problem(extra: &[(&str, &str)]) -> Option<String> {
    Settings::parse(&values(extra)).err().map(|wrong| wrong.key)
}

#[test]
fn defaults_need_only_a_secret_and_an_address() {
    let settings = Settings::parse(&values(&[])).map_err(|wrong| wrong.key).ok().unwrap();
    assert_eq!(settings.audience, "https://auth.example.com".into());
    assert_eq!(settings.sessions_per_user, 10);
    assert_eq!(settings.password_parameters.memory_kib, 19_456);
    assert_eq!(settings.session_absolute, Span::days(90));
}

#[test]
fn a_wrong_value_names_its_key() {
    for (key, value) in [
        ("secrets", "1:short"),
        ("public_url", "auth.example.com"),
        ("public_url", "https://auth.example.com/path"),
        ("trusted_origins", "https://ok.example,*"),
        ("token_exchange_origins", "null"),
        ("cookie_domain", "example.org"),
        ("require_https", "maybe"),
        ("secrets", "1:dGhpcy1pcy1h"),
        ("secrets", "1:authentication-secret-authentication-secret-"),
        ("token_audiences", "https://shop.example,https://auth.example.com"),
        ("token_claims", "tier, Email"),
        ("token_claims", "a b"),
        ("maintenance_secret", "short"),
        ("maintenance_secret", "changeme-changeme-changeme"),
        ("audit_sources", "billing"),
        ("audit_sources", "billing:short"),
        ("audit_sources", "billing:billing:billing:billing:billing"),
        ("audit_sources", "Billing:5b0d9e4c7f21a8366ac2"),
        ("audit_sources", "a:5b0d9e4c7f21a8366ac2,a:9f3c17e2a40b85d6c1f7"),
        ("audit_sources", "a:5b0d9e4c7f21a8366ac2,b: 5b0d9e4c7f21a8366ac2"),
        ("maintenance_secret", "5b0d9e4c7f21 a8366ac2"),
        ("maintenance_secret", "5b0d9e4c7f21,a8366ac2"),
        ("secrets", "1:bWFuYS1hdXRoIHRlc3RzOiAzMiBieXRlcyBvZiBub3RoaW5nIQ"),
        ("sessions_per_user", "0"),
        ("lockout_cumulative_failures", "9"),
        ("limit_registration_all", "1000001"),
        ("session_absolute_days", "-1"),
        ("session_cache", "maybe"),
        ("session_cache_seconds", "901"),
        ("session_cache_seconds", "0"),
        ("password_memory_kib", "1e6"),
        ("hsts_preload", "2"),
        ("token_exchange_origins", "https://elsewhere.example"),
    ] {
        assert_eq!(problem(&[(key, value)]).as_deref(), Some(key), "{key} = {value}");
    }
}

#[test]
fn the_least_cumulative_bound_is_that_of_its_key() {
    let key = find("lockout_cumulative_failures").unwrap();
    let ValueKind::Integer { min, .. } = key.kind else { panic!("a number") };
    assert_eq!(min, u64::from(LEAST_CUMULATIVE));
}

#[test]
fn an_origin_that_is_none_is_counted_out_and_said() {
    let problem = |list: &str| {
        let wrong = Settings::parse(&values(&[("trusted_origins", list)])).err();
        wrong.map(|wrong| wrong.problem)
    };
    assert_eq!(problem("https://a.example/, https://b.example"), None, "a slash is forgiven");
    let said = problem("https://a.example, https://b.example/path").unwrap_or_default();
    assert!(said.starts_with("item 2: an origin is scheme://host[:port]"), "{said}");
    let said = problem("https://münchen.example").unwrap_or_default();
    assert!(said.starts_with("item 1: an origin names one host, in ASCII"), "{said}");
}

#[test]
fn a_token_for_a_service_is_never_one_for_this_api() {
    let audiences = ("token_audiences", "https://auth.example.com, shop");
    assert_eq!(problem(&[audiences, ("audience", "auth")]), None);
    for audience in ["shop", " shop ", "auth, shop"] {
        assert_eq!(problem(&[audiences, ("audience", audience)]).as_deref(), Some("token_audiences"));
    }
}

#[test]
fn an_audience_fits_into_a_token() {
    for key in ["audience", "token_audiences"] {
        assert_eq!(problem(&[(key, &"a".repeat(255))]), None);
        assert_eq!(problem(&[(key, &format!("shop, {}", "a".repeat(256)))]).as_deref(), Some(key));
    }
    let (fits, all) = (["a".repeat(255), "b".repeat(255)].join(","), ("audience_all", "true"));
    assert_eq!(problem(&[("audience", &fits), all]), None);
    assert_eq!(problem(&[("audience", &format!("{fits},api")), all]).as_deref(), Some("audience_all"));
}

#[test]
fn what_is_wrong_with_a_secret_is_said_without_it() {
    const SECRET: &str = "5b0d9e4c7f21a8366ac29f3c17e2a40b";
    for (key, value) in [
        ("audit_sources", format!("{SECRET}:billing")),
        ("audit_sources", format!("{SECRET}:9f3c17e2a40b85d6c1f75b0d9e4c7f21")),
        ("audit_sources", format!("billing:9f3c17e2a40b85d6c1f7,{SECRET}")),
        ("audit_sources", format!("billing={SECRET}")),
        ("audit_sources", format!("BILLING:{SECRET}")),
        ("audit_sources", format!("billing:{SECRET},billing:{SECRET}")),
        ("audit_sources", format!("billing:{SECRET},shop:{SECRET}")),
        ("maintenance_secret", SECRET[..12].to_owned()),
        ("secrets", SECRET.to_owned()),
        ("secrets", format!("{SECRET}:1")),
        ("secrets", format!("1:{SECRET}")),
    ] {
        let wrong = Settings::parse(&values(&[(key, &value)])).err().unwrap();
        assert_eq!(wrong.key, key, "{value}");
        assert!(!wrong.problem.contains(&SECRET[..8]), "{}", wrong.problem);
    }
}

#[test]
fn blanks_around_a_secret_are_no_part_of_it() {
    const MAINTENANCE: &str = "5b0d9e4c7f21a8366ac29f3c17e2a40b";
    const BILLING: &str = "9f3c17e2a40b85d6c1f75b0d9e4c7f21";
    for (before, after) in [(" ", "\t"), ("", "\r\n"), ("\n", "\u{a0}")] {
        let maintenance = format!("{before}{MAINTENANCE}{after}");
        let sources = format!("billing :{before}{BILLING}{after}");
        let settings = [("maintenance_secret", maintenance.as_str()), ("audit_sources", sources.as_str())];
        let settings = Settings::parse(&values(&settings)).map_err(|wrong| wrong.key).ok().unwrap();
        assert!(settings.maintenance_secret.is_some_and(|secret| secret.is(MAINTENANCE)), "{sources:?}");
        assert!(settings.audit_sources.iter().all(|(_, secret)| secret.is(BILLING)), "{sources:?}");
    }
}

#[test]
fn each_lane_of_a_hash_needs_its_memory() {
    let wrong = problem(&[("password_memory_kib", "8"), ("password_parallelism", "2")]);
    assert_eq!(wrong.as_deref(), Some("password_parallelism"));
}

#[test]
fn https_can_only_be_required_of_an_https_service() {
    let wrong = problem(&[("public_url", "http://127.0.0.1:3001"), ("require_https", "true")]);
    assert_eq!(wrong.as_deref(), Some("require_https"));
}

#[test]
fn secrets_are_described_without_their_value() {
    let settings = describe(&values(&[("maintenance_secret", "5b0d9e4c7f21a8366ac2")]));
    for setting in settings.iter().filter(|s| ["secrets", "maintenance_secret"].contains(&s.key)) {
        assert_eq!(setting.value, "***");
    }
    assert_eq!(settings.iter().filter(|s| s.value == "***").count(), 2);
}
