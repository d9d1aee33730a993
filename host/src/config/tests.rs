//! Precedence, kinds, and what each mistake is called.

use super::{Config, Error, Flags, show};
use std::os::unix::fs::PermissionsExt as _;
use std::{ffi::OsString, fs, os::unix::ffi::OsStringExt as _, path::PathBuf, time::Duration};

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn with_environment(pairs: &[(&str, &str)]) -> Result<Config, Error> {
    Config::load(&Flags::default(), environment(pairs))
}

/// The line that a mistake in the environment is answered with.
fn complaint(pairs: &[(&str, &str)]) -> String {
    with_environment(pairs).err().expect("a mistake").to_string()
}

fn with_file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mana-auth.toml");
    fs::write(&path, text).expect("a file");
    // It may hold secrets.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    (folder, path)
}

fn file_complaint(text: &str) -> String {
    let (folder, path) = with_file(text);
    let flags = Flags { config: Some(path), ..Flags::default() };
    let line = Config::load(&flags, []).err().expect("a mistake").to_string();
    line.replace(&folder.path().display().to_string(), "…")
}

#[test]
fn defaults_hold_where_nothing_is_set() {
    let config = with_environment(&[]).expect("defaults are valid");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3001");
    assert_eq!(config.management.map(|address| address.to_string()).as_deref(), Some("127.0.0.1:3002"));
    assert_eq!(config.data, PathBuf::from("./data"));
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:3001/");
    assert_eq!(config.component.get("public_url").map(String::as_str), Some("http://127.0.0.1:3001"));
    assert_eq!(config.component.len(), 1);
    assert_eq!(config.drain_timeout, Duration::from_secs(20));
    assert_eq!(config.hsts_seconds, 31_536_000);
    assert!(config.hsts_preload && config.hsts_include_subdomains && !config.require_https);
    assert!(config.workers >= 1 && config.password_threads >= 1);
}

#[test]
fn flags_go_over_environment_over_file() {
    let (_folder, path) = with_file("listen = '127.0.0.1:1'\nmanagement = '127.0.0.1:2'\ndata = 'file'\n");
    let flags = Flags { config: Some(path), listen: Some("127.0.0.1:5".into()), ..Flags::default() };
    let environment =
        environment(&[("MANA_AUTH_LISTEN", "127.0.0.1:3"), ("MANA_AUTH_MANAGEMENT", "[::1]:4")]);
    let config = Config::load(&flags, environment).expect("valid");
    assert_eq!(config.listen.to_string(), "127.0.0.1:5");
    assert_eq!(config.management.map(|address| address.to_string()).as_deref(), Some("[::1]:4"));
    assert_eq!(config.data, PathBuf::from("file"));
    assert_eq!(config.settings.origin("listen").to_string(), "flag --listen");
    assert_eq!(config.settings.origin("management").to_string(), "environment variable MANA_AUTH_MANAGEMENT");
    assert!(config.settings.origin("data").to_string().ends_with("mana-auth.toml"));
}

#[test]
fn a_network_has_one_form() {
    let of = |text| with_environment(&[("MANA_AUTH_TRUSTED_PROXIES", text)]).expect("valid").trusted_proxies;
    assert_eq!(of("::ffff:10.1.2.3/104, ::ffff:192.0.2.7"), of("10.0.0.0/8, 192.0.2.7"));
    assert_eq!(of("::/0")[0].prefix_len(), 0);
}

#[test]
fn lists_read_the_same_everywhere() {
    let (_folder, path) =
        with_file("trusted_proxies = ['10.0.0.0/8', '::1']\ntoken_audiences = ['a', 'b']\n");
    let from_file = Config::load(&Flags { config: Some(path), ..Flags::default() }, []).expect("valid");
    let from_environment = with_environment(&[
        ("MANA_AUTH_TRUSTED_PROXIES", "10.0.0.0/8 , ::1,"),
        ("MANA_AUTH_TOKEN_AUDIENCES", "a, b"),
    ])
    .expect("valid");
    assert_eq!(from_file.trusted_proxies, from_environment.trusted_proxies);
    assert_eq!(from_file.trusted_proxies.len(), 2);
    assert_eq!(from_file.component, from_environment.component);
    assert_eq!(from_file.component.get("token_audiences").map(String::as_str), Some("a,b"));
}

#[test]
fn cors_origins_is_another_name_that_yields_to_the_first() {
    let alone = with_environment(&[("CORS_ORIGINS", "https://a.example,https://b.example")]).expect("valid");
    assert_eq!(alone.trusted_origins, ["https://a.example", "https://b.example"]);
    for order in [[0, 1], [1, 0]] {
        let pairs =
            [("CORS_ORIGINS", "https://a.example"), ("MANA_AUTH_TRUSTED_ORIGINS", "https://c.example")];
        let both = with_environment(&order.map(|index| pairs[index])).expect("valid");
        assert_eq!(both.trusted_origins, ["https://c.example"]);
    }
}

#[test]
fn every_mistake_in_the_environment_is_named() {
    for (name, value, expected) in [
        (
            "MANA_AUTH_LISEN",
            "x",
            "unknown key `lisen`: did you mean `MANA_AUTH_LISTEN`? (environment variable MANA_AUTH_LISEN)",
        ),
        (
            "MANA_AUTH_MAIL_API",
            "resend",
            "unknown key `mail_api`: it is one for Spin alone (environment variable MANA_AUTH_MAIL_API)",
        ),
        (
            "MANA_AUTH_listen",
            "x",
            "unknown key `listen`: did you mean `MANA_AUTH_LISTEN`? (environment variable MANA_AUTH_listen)",
        ),
        (
            "MANA_AUTH_B3E1C27FD94A4F0D8A6C5E2190B7F83D",
            "x",
            "unknown key that may be a secret, and is not shown (environment variable MANA_AUTH_…)",
        ),
        (
            "MANA_AUTH_LISTEN",
            "3001",
            "listen: must be an IP address and a port, such as 127.0.0.1:3001 (environment variable MANA_AUTH_LISTEN)",
        ),
        (
            "MANA_AUTH_WORKERS",
            "0",
            "workers: must be 1 to 256 instances (environment variable MANA_AUTH_WORKERS)",
        ),
        ("MANA_AUTH_QUEUE", "many", "queue: must be a whole number (environment variable MANA_AUTH_QUEUE)"),
        (
            "MANA_AUTH_SESSIONS_PER_USER",
            "-1",
            "sessions_per_user: must be a whole number (environment variable MANA_AUTH_SESSIONS_PER_USER)",
        ),
        (
            "MANA_AUTH_REQUIRE_HTTPS",
            "maybe",
            "require_https: must be true or false (environment variable MANA_AUTH_REQUIRE_HTTPS)",
        ),
        (
            "MANA_AUTH_TRUSTED_PROXIES",
            "::1,proxy",
            "trusted_proxies: item 2 must be an IP address or a network such as 10.0.0.0/8 (environment variable MANA_AUTH_TRUSTED_PROXIES)",
        ),
        (
            "MANA_AUTH_AUDIENCE",
            "a\nb",
            "audience: must not contain control characters, such as line breaks (environment variable MANA_AUTH_AUDIENCE)",
        ),
        (
            "MANA_AUTH_LOG_FORMAT",
            "xml",
            "log_format: must be auto, text or json (environment variable MANA_AUTH_LOG_FORMAT)",
        ),
        (
            "MANA_AUTH_LOG_LEVEL",
            "info,=",
            "log_level: must be a level (error, warn, info, debug, trace) or directives such as info,mana_auth=debug (environment variable MANA_AUTH_LOG_LEVEL)",
        ),
        (
            "MANA_AUTH_LOG_LEVEL",
            "loud",
            "log_level: must be a level (error, warn, info, debug, trace) or directives such as info,mana_auth=debug (environment variable MANA_AUTH_LOG_LEVEL)",
        ),
        (
            "MANA_AUTH_PUBLIC_URL",
            "https://me:secret@auth.example",
            "public_url: must be an http or https URL without user, query or fragment (environment variable MANA_AUTH_PUBLIC_URL)",
        ),
    ] {
        assert_eq!(complaint(&[(name, value)]), expected);
    }
}

#[test]
fn what_templates_and_files_leave_around_a_value_is_no_part_of_it() {
    let config = with_environment(&[
        ("MANA_AUTH_AUDIENCE", ""),
        ("MANA_AUTH_WORKERS", " "),
        ("MANA_AUTH_DATA", "./other\n"),
        ("MANA_AUTH_HSTS_PRELOAD", "False"),
        ("MANA_AUTH_TRUSTED_ORIGINS", "https://a.example/ , https://b.example"),
    ])
    .expect("valid");
    assert!(!config.component.contains_key("audience"), "empty is unset");
    assert!(config.workers >= 1);
    assert_eq!(config.data, PathBuf::from("./other"));
    assert!(!config.hsts_preload);
    assert_eq!(config.trusted_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn the_file_may_be_named_by_the_environment() {
    let (_folder, path) = with_file("workers = 3\n");
    let path = path.to_str().expect("text");
    assert_eq!(with_environment(&[("MANA_AUTH_CONFIG", path)]).expect("valid").workers, 3);
    let (_other, flag) = with_file("workers = 4\n");
    let flags = Flags { config: Some(flag), ..Flags::default() };
    let config = Config::load(&flags, environment(&[("MANA_AUTH_CONFIG", path)])).expect("valid");
    assert_eq!(config.workers, 4, "a flag wins");
    assert!(with_environment(&[("MANA_AUTH_CONFIG", "")]).is_ok());
}

#[test]
fn a_value_that_is_no_text_is_named() {
    let pair = (OsString::from("MANA_AUTH_AUDIENCE"), OsString::from_vec(vec![0xff]));
    let error = Config::load(&Flags::default(), [pair]).err().expect("a mistake");
    assert_eq!(error.to_string(), "audience: must be Unicode text (environment variable MANA_AUTH_AUDIENCE)");
}

#[test]
fn every_mistake_in_the_file_is_named() {
    for (text, expected) in [
        ("listn = 'x'", "unknown key `listn`: did you mean `listen`? (file …/mana-auth.toml)"),
        ("[server]\nlisten = 'x'", "unknown key `server` (file …/mana-auth.toml)"),
        (
            "3sC0ceZHMdUQb1lGEWJQUfMdFQM6x4tYRuyY4YMvyKE = 'x'",
            "unknown key that may be a secret, and is not shown (file …/mana-auth.toml)",
        ),
        (
            "b3e1c27fd94a4f0d8a6c5e2190b7f83d = 'x'",
            "unknown key that may be a secret, and is not shown (file …/mana-auth.toml)",
        ),
        (
            "\"two words\\u001b[31m\" = 'x'",
            "unknown key that may be a secret, and is not shown (file …/mana-auth.toml)",
        ),
        ("workers = '2'", "workers: must be a whole number (file …/mana-auth.toml)"),
        ("workers = 257", "workers: must be 1 to 256 instances (file …/mana-auth.toml)"),
        ("require_https = 1", "require_https: must be true or false (file …/mana-auth.toml)"),
        ("service_name = ['a']", "service_name: must be a string (file …/mana-auth.toml)"),
        ("token_audiences = 1", "token_audiences: must be an array of strings (file …/mana-auth.toml)"),
        (
            "token_audiences = 'a,b'",
            "token_audiences: an item must not contain a comma (file …/mana-auth.toml)",
        ),
        ("token_audiences = [1]", "token_audiences: must be an array of strings (file …/mana-auth.toml)"),
        (
            "token_audiences = ['a,b']",
            "token_audiences: an item must not contain a comma (file …/mana-auth.toml)",
        ),
    ] {
        assert_eq!(file_complaint(text), expected);
    }
}

#[test]
fn a_syntax_error_names_the_line_and_quotes_nothing() {
    let line = file_complaint("workers = 1\nsecrets = ['1:c2VjcmV0\n");
    assert!(line.starts_with("configuration file …/mana-auth.toml, line 2: "), "{line}");
    assert!(!line.contains("c2VjcmV0") && !line.contains('\n'), "{line}");
    for wrong in [
        "secrets = 1:c2VjcmV0",
        "secrets = ['1:c2VjcmV0' '2:c2VjcmV0']",
        "secrets = ['1:c2VjcmV0']\nsecrets = ['2:c2VjcmV0']",
        "maintenance_secret = c2VjcmV0",
        "maintenance_secret = \"c2VjcmV0\\q\"",
        "maintenance_secret = 'c2VjcmV0' c2VjcmV0",
        "maintenance_secret : 'c2VjcmV0'",
        "audit_sources = {c2VjcmV0: 'billing'}",
        "audit_sources = ['billing:c2VjcmV0']",
        "maintenance_secret = 0c2VjcmV0",
        "maintenance_secret = ['c2VjcmV0,']",
        "c2VjcmV0 = 'x'",
        "c2VjcmV0 = 'x'\nc2VjcmV0 = 'x'",
        "c2VjcmV0 'x'",
        "[c2VjcmV0]\nlisten = 'x'",
    ] {
        let line = file_complaint(wrong);
        assert!(!line.contains("c2VjcmV0") && !line.contains('\n'), "{wrong}: {line}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let flags = Flags { config: Some("/nowhere/mana-auth.toml".into()), ..Flags::default() };
    let line = Config::load(&flags, []).err().expect("a mistake").to_string();
    assert!(line.starts_with("configuration file /nowhere/mana-auth.toml: No such file"), "{line}");
}

#[test]
fn a_service_for_others_needs_its_public_url() {
    assert_eq!(
        complaint(&[("MANA_AUTH_LISTEN", "0.0.0.0:3001")]),
        "public_url: must be set where `listen` is no loopback address"
    );
    let config = with_environment(&[
        ("MANA_AUTH_LISTEN", "0.0.0.0:3001"),
        ("MANA_AUTH_PUBLIC_URL", "https://auth.example"),
    ])
    .expect("valid");
    assert_eq!(config.public_url.as_str(), "https://auth.example/");
}

#[test]
fn a_derived_public_url_follows_the_real_address() {
    let address = "127.0.0.1:4321".parse().expect("an address");
    let mut derived = Config::from_pairs([("listen", "127.0.0.1:0")]).expect("valid");
    derived.bound(address);
    assert_eq!(derived.component.get("public_url").map(String::as_str), Some("http://127.0.0.1:4321"));
    let mut given =
        Config::from_pairs([("listen", "127.0.0.1:0"), ("public_url", "https://a.example")]).expect("valid");
    given.bound(address);
    assert_eq!(given.component.get("public_url").map(String::as_str), Some("https://a.example"));
}

#[test]
fn what_is_shown_can_be_read_again_and_holds_no_secret() {
    let config = Config::from_pairs([
        ("secrets", "1:c2VjcmV0"),
        ("maintenance_secret", "hush"),
        ("trusted_proxies", "10.0.0.0/8"),
        ("workers", "3"),
    ])
    .expect("valid");
    let component = [("secrets", "1:c2VjcmV0"), ("maintenance_secret", "hush"), ("hsts_seconds", "7")];
    let lines = component.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let shown = show(&config, &lines);
    assert!(!shown.contains("c2VjcmV0") && !shown.contains("hush"), "{shown}");
    assert!(shown.contains("workers = 3  # set by the program\n"), "{shown}");
    assert!(shown.contains("hsts_seconds = 7  # default\n"), "{shown}");
    assert!(shown.contains("# cookie_domain: unset"), "{shown}");
    let (_folder, path) = with_file(&shown.replace("***", "1:x"));
    let again = Config::load(&Flags { config: Some(path), ..Flags::default() }, []).expect("valid");
    assert_eq!(again.trusted_proxies, config.trusted_proxies);
    assert_eq!(again.workers, 3);
}

mod page;
