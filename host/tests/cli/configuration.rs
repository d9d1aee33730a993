//! `mana-auth config`.

use crate::support::Sandbox;
use mana_auth::config::keys::{Fallback, of_server};

/// 32 random bytes.
const SECRET: &str = "1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA";

#[test]
fn it_shows_every_key_and_touches_nothing() {
    let sandbox = Sandbox::new();
    let shown = sandbox.run(&["config"]).success();
    for key in of_server() {
        assert!(
            shown.lines().any(|line| line.starts_with(&format!("{} = ", key.name))
                || line.starts_with(&format!("# {}: ", key.name))),
            "{} is missing:\n{shown}",
            key.name
        );
    }
    assert!(sandbox.names().is_empty());
}

/// The page documents defaults of the component that only the component decides.
#[test]
fn the_documented_defaults_are_those_in_effect() {
    let file: toml::Table = place_config(&Sandbox::new());
    for key in of_server() {
        let Fallback::Value(text) = key.default else { continue };
        // The test's own environment sets these.
        if ["password_memory_kib", "password_iterations"].contains(&key.name) {
            continue;
        }
        let shown = match &file[key.name] {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => {
                items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        assert_eq!(shown, text, "{}", key.name);
    }
}

#[test]
fn secrets_are_masked() {
    let sandbox = Sandbox::new()
        .with("MANA_AUTH_SECRETS", SECRET)
        .with("MANA_AUTH_MAINTENANCE_SECRET", "iuHbW1gZ0b7kq2Wm9rXcTe");
    let shown = sandbox.run(&["config"]).success();
    assert!(shown.contains("secrets = [\"***\"]  # environment variable MANA_AUTH_SECRETS\n"), "{shown}");
    assert!(shown.contains("maintenance_secret = \"***\""), "{shown}");
    assert!(!shown.contains("5cTJW8vJ") && !shown.contains("iuHbW1gZ"), "{shown}");
}

#[test]
fn it_tells_where_each_value_comes_from() {
    let sandbox = Sandbox::new().with("MANA_AUTH_QUEUE", "7").with("CORS_ORIGINS", "https://a.example");
    sandbox.write("mana.toml", "queue = 8\naudience = 'apps'\n");
    let shown = sandbox.run(&["config", "--config", "mana.toml", "--listen", "127.0.0.1:9"]).success();
    for line in [
        "listen = \"127.0.0.1:9\"  # flag --listen",
        "queue = 7  # environment variable MANA_AUTH_QUEUE",
        "audience = [\"apps\"]  # file mana.toml",
        "trusted_origins = [\"https://a.example\"]  # environment variable CORS_ORIGINS",
        "public_url = \"http://127.0.0.1:9\"  # default",
        "body_timeout_ms = 10000  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is missing:\n{shown}");
    }
}

fn place_config(sandbox: &Sandbox) -> toml::Table {
    sandbox.run(&["config"]).success().parse().expect("TOML")
}

/// On a developer's machine mails become files. Elsewhere, without a server that takes them, nobody could prove an address.
#[test]
fn proofs_need_mail() {
    let sandbox = Sandbox::new().with("MANA_AUTH_REQUIRE_EMAIL_VERIFICATION", "true");
    sandbox.run(&["config"]).success();
    let outcome = sandbox.with("MANA_AUTH_PUBLIC_URL", "https://auth.example.org").run(&["config"]);
    let refused = outcome.refusal(2);
    assert!(refused.contains("require_email_verification: needs mail"), "{refused}");
}
