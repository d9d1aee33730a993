//! What can be wrong before anything begins: one line that names it, exit code 2, nothing changed.

use crate::support::{SERVE, Sandbox};
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt as _,
};

const COMMANDS: &[&[&str]] = &[
    &["serve"],
    &["config"],
    &["user", "create", "ada@example.com"],
    &["user", "list"],
    &["keys", "rotate"],
    &["secret", "rotate"],
    &["maintenance", "run"],
    &["lineage", "renew"],
];

#[test]
fn an_unknown_key_stops_every_command() {
    for command in COMMANDS {
        let sandbox = Sandbox::new().with("MANA_AUTH_LISEN", "127.0.0.1:1");
        let outcome = sandbox.run(command);
        assert_eq!(
            outcome.refusal(2),
            "unknown key `lisen`: did you mean `MANA_AUTH_LISTEN`? (environment variable MANA_AUTH_LISEN)",
            "{command:?}"
        );
        assert!(sandbox.names().is_empty(), "{command:?} left {:?}", sandbox.names());
    }
}

#[test]
fn a_wrong_value_stops_every_command() {
    for command in COMMANDS {
        let sandbox = Sandbox::new();
        sandbox.write("mana.toml", "workers = 0\n");
        let outcome = sandbox.run(&[*command, &["--config", "mana.toml"]].concat());
        assert_eq!(outcome.refusal(2), "workers: must be 1 to 256 instances (file mana.toml)", "{command:?}");
        assert_eq!(sandbox.names(), ["mana.toml"], "{command:?}");
    }
}

#[test]
fn a_value_that_the_component_refuses_stops_every_command() {
    // Those that need a database have nothing to do without one, whatever the value.
    for command in [SERVE, &["config"], &["user", "create", "ada@example.com"]] {
        let sandbox = Sandbox::new().with("MANA_AUTH_SESSIONS_PER_USER", "0");
        let outcome = sandbox.run_with(command, "four otters paint lighthouses\n");
        let line = outcome.refusal(2);
        assert!(line.starts_with("sessions_per_user: must be "), "{line}");
        assert!(line.ends_with(" (environment variable MANA_AUTH_SESSIONS_PER_USER)"), "{line}");
        assert!(sandbox.names().is_empty(), "{command:?} left {:?}", sandbox.names());
    }
}

#[test]
fn a_weak_secret_is_refused_and_not_shown() {
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", "1:aHVudGVyMg");
    let outcome = sandbox.run(&["config"]);
    let line = outcome.refusal(2);
    assert!(
        line.starts_with("secrets: ") && line.ends_with(" (environment variable MANA_AUTH_SECRETS)"),
        "{line}"
    );
    assert!(!line.contains("aHVudGVyMg"), "{line}");
}

#[test]
fn a_port_in_use_is_named_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address: SocketAddr = taken.local_addr().expect("its address");
    let (free, taken) = ("127.0.0.1:0".to_owned(), address.to_string());
    for (key, listen, management) in [("listen", &taken, &free), ("management", &free, &taken)] {
        let sandbox = Sandbox::new();
        let outcome = sandbox.run(&["serve", "--listen", listen, "--management", management]);
        let line = outcome.refusal(2);
        assert!(line.starts_with(&format!("{key}: cannot listen on {taken}: ")), "{line}");
        assert!(line.ends_with(&format!(" (flag --{key})")), "{line}");
        assert!(sandbox.names().is_empty(), "it left {:?}", sandbox.names());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    // A file in its place: permissions would not stop root.
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    let outcome = sandbox.run(&[SERVE, &["--data", "file/data"]].concat());
    let line = outcome.refusal(2);
    assert!(line.starts_with("data: cannot use file/data: "), "{line}");
    assert_eq!(sandbox.names(), ["file"]);
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("data")).expect("a folder");
    sandbox.write("data/secret", "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    fs::set_permissions(sandbox.path("data/secret"), fs::Permissions::from_mode(0o644)).expect("changed");
    for command in [SERVE, &["config"]] {
        let outcome = sandbox.run(command);
        assert_eq!(
            outcome.refusal(2),
            "secret: others can read ./data/secret (mode 0644): run `chmod 600 ./data/secret`"
        );
    }
    assert_eq!(fs::read_dir(sandbox.path("data")).expect("listed").count(), 1);
}

#[test]
fn a_command_for_an_existing_database_makes_none() {
    for command in COMMANDS.iter().skip(3) {
        let sandbox = Sandbox::new();
        let outcome = sandbox.run(command);
        let line = outcome.refusal(2);
        assert!(line.starts_with("data: ./data/auth.db does not exist"), "{line}");
        assert!(sandbox.names().is_empty());
    }
}

#[test]
fn a_service_for_others_needs_its_public_url() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run(&["serve", "--listen", "0.0.0.0:0", "--management", "off"]);
    assert_eq!(outcome.refusal(2), "public_url: must be set where `listen` is no loopback address");
}

/// In a namespace with a Service named `mana-auth`, every container has these.
#[test]
fn variables_of_kubernetes_are_not_ours() {
    let mut sandbox = Sandbox::new();
    for (name, value) in [
        ("MANA_AUTH_SERVICE_HOST", "10.96.0.17"),
        ("MANA_AUTH_SERVICE_PORT", "3001"),
        ("MANA_AUTH_SERVICE_PORT_API", "3001"),
        ("MANA_AUTH_PORT", "tcp://10.96.0.17:3001"),
        ("MANA_AUTH_PORT_3001_TCP", "tcp://10.96.0.17:3001"),
        ("MANA_AUTH_PORT_3001_TCP_PROTO", "tcp"),
        ("MANA_AUTH_PORT_3001_TCP_PORT", "3001"),
        ("MANA_AUTH_PORT_3001_TCP_ADDR", "10.96.0.17"),
    ] {
        sandbox = sandbox.with(name, value);
    }
    sandbox.run(&["config"]).success();
    let outcome = sandbox.with("MANA_AUTH_PORTS", "1").run(&["config"]);
    assert!(outcome.refusal(2).starts_with("unknown key `ports`"), "{outcome:?}");
}

#[test]
fn a_cookie_domain_that_browsers_refuse_is_refused() {
    let secrets = "1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA";
    let config = |url: &str, domain: &str| {
        let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", secrets).with("MANA_AUTH_PUBLIC_URL", url);
        sandbox.with("MANA_AUTH_COOKIE_DOMAIN", domain).run(&["config"])
    };
    for (url, domain) in [
        ("https://app.co.uk", "co.uk"),
        ("https://me.github.io", ".GitHub.io"),
        ("https://127.0.0.1", "0.0.1"),
        ("https://127.0.0.1", "127.0.0.1"),
        ("https://auth.example.com", "com"),
    ] {
        let outcome = config(url, domain);
        assert!(outcome.refusal(2).starts_with("cookie_domain: must "), "{domain}: {outcome:?}");
    }
    for (url, domain) in
        [("https://auth.example.co.uk", "example.co.uk"), ("https://auth.corp.internal", "corp.internal")]
    {
        config(url, domain).success();
    }
}
