//! `mana-auth secret rotate`, where it is refused. What it is good for is told by the black-box suites.

use crate::support::Sandbox;
use std::{fs, os::unix::fs::PermissionsExt as _};

const ROTATE: &[&str] = &["secret", "rotate"];

#[test]
fn the_version_is_told_and_the_secret_is_not() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let said = sandbox.run(ROTATE).success();
    assert_eq!(
        said,
        "the newest secret is version 2: restart the server to take it up, and run no other command before\n"
    );
    assert_eq!(sandbox.serve().terminate(), Some(0));
}

#[test]
fn a_secret_that_is_set_is_not_ours_to_rotate() {
    const SECRET: &str = "1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA";
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", SECRET);
    assert_eq!(
        sandbox.run(ROTATE).refusal(1),
        "`secrets` is set (environment variable MANA_AUTH_SECRETS): put the new version in front of it there, \
         and restart (docs/configuration.md)"
    );
    let sandbox = Sandbox::new();
    sandbox.write("mana.toml", &format!("secrets = [\"{SECRET}\"]\n"));
    let outcome = sandbox.run(&["secret", "rotate", "--config", "mana.toml"]);
    assert!(outcome.refusal(1).starts_with("`secrets` is set (file mana.toml): "), "{outcome:?}");
    assert_eq!(sandbox.names(), ["mana.toml"]);
}

#[test]
fn a_file_that_is_missing_or_exposed_is_refused_as_ever() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.run(ROTATE).refusal(2),
        "data: ./data/auth.db does not exist; `mana-auth serve` makes it"
    );
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let secret = sandbox.path("data/secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).expect("changed");
    let outcome = sandbox.run(ROTATE);
    assert!(
        outcome.refusal(2).starts_with("secret: others can read ./data/secret (mode 0644)"),
        "{outcome:?}"
    );
    fs::remove_file(&secret).expect("removed");
    let outcome = sandbox.run(ROTATE);
    assert!(
        outcome.refusal(2).starts_with("secret: ./data/secret is missing, but a database"),
        "{outcome:?}"
    );
    assert!(!secret.exists());
}

#[test]
fn there_is_an_end_to_the_versions() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let path = sandbox.path("data/secret");
    for _ in 2..=16 {
        sandbox.run(ROTATE).success();
    }
    let versions = fs::read_to_string(&path).expect("sixteen secrets");
    let outcome = sandbox.run(ROTATE);
    assert!(outcome.refusal(1).starts_with("secret: ./data/secret holds 16 versions"), "{outcome:?}");
    assert_eq!(fs::read_to_string(&path).expect("sixteen secrets"), versions);
}
