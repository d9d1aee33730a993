use super::*;
use crate::path::Path;

const GOOD: &[(&str, &str)] = &[
    ("guard_audience", "https://app.example"),
    ("guard_sign_in", "/login"),
    ("guard_public", "/public, /assets"),
    ("guard_roles", "/admin=admin,/ops=admin|service"),
    ("guard_max_age_minutes", "/admin/keys=10,/transfer=5"),
    ("guard_trusted_origins", "https://app.example"),
];

/// The good configuration with one variable changed, or taken away.
fn with(variable: &str, text: Option<&str>) -> Result<Config, String> {
    let mut values: Vec<_> = GOOD.iter().copied().filter(|(name, _)| *name != variable).collect();
    values.extend(text.map(|text| (variable, text)));
    let value = |name| values.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    Config::read(value).map_err(|error| error.to_string())
}

#[test]
fn a_whole_configuration_is_read() {
    let config = with("guard_auth", None).expect("a configuration");
    assert_eq!(config.auth.as_str(), "http://auth.spin.internal");
    assert_eq!(config.audience, "https://app.example");
    let path = Path::of("/assets/x.css").expect("canonical");
    assert!(config.public.iter().any(|prefix| path.is_within(prefix)));
    assert!(!config.roles.admit(Path::of("/ops").expect("canonical"), "user"));
    assert_eq!(config.max_ages.on(Path::of("/transfer").expect("canonical"), false), Some(300));
    let elsewhere = with("guard_auth", Some("https://auth.example")).expect("a configuration");
    assert_eq!(elsewhere.auth.as_str(), "https://auth.example");
    assert_eq!(config.step_up, None);
    assert!(with("guard_step_up", Some("/step-up")).expect("a configuration").step_up.is_some());
}

#[test]
fn lists_may_be_empty_and_nothing_may_be_missing() {
    for variable in ["guard_public", "guard_roles", "guard_max_age_minutes", "guard_trusted_origins"] {
        with(variable, Some("")).expect("an empty list");
    }
    for (variable, _) in GOOD {
        let error = with(variable, None).expect_err(variable);
        assert!(error.starts_with(variable), "{error}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (variable, text) in [
        ("guard_audience", " "),
        ("guard_sign_in", ""),
        ("guard_sign_in", "//evil.example"),
        ("guard_step_up", "step-up"),
        ("guard_public", "/"),
        ("guard_public", "public"),
        ("guard_public", "/public/..."),
        ("guard_public", "/public/*"),
        ("guard_public", "/public /x"),
        ("guard_roles", "/admin"),
        ("guard_roles", "/admin/...=admin"),
        ("guard_roles", "/admin=admin;/ops=ops"),
        ("guard_roles", "/admin=admin,/ops=operator"),
        ("guard_roles", "/public/x=admin"),
        ("guard_max_age_minutes", "/transfer"),
        ("guard_max_age_minutes", "/transfer/...=10"),
        ("guard_max_age_minutes", "/transfer=0"),
        ("guard_max_age_minutes", "/transfer=10m"),
        ("guard_max_age_minutes", "/transfer=10,/transfer=5"),
        ("guard_max_age_minutes", "/public/x=10"),
        ("guard_trusted_origins", "*"),
        ("guard_trusted_origins", "null"),
        ("guard_trusted_origins", "https://app.example/"),
        ("guard_auth", "auth"),
        ("guard_auth", "http://auth.example"),
        ("guard_auth", "http://spin.internal.evil.example"),
        ("guard_auth", "http://auth.spin.internal/x"),
    ] {
        let error = with(variable, Some(text)).expect_err(text);
        assert!(error.starts_with(&format!("{variable}: ")), "{error}");
    }
    let long = vec!["/a"; ITEMS + 1].join(",");
    assert!(with("guard_public", Some(&long)).expect_err("too long").contains("256"));
}
