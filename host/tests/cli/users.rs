//! What an operator does to accounts, and reads of them.

use crate::support::Sandbox;
use serde_json::Value;

const PASSWORD: &str = "four otters paint lighthouses\n";

fn with_ada() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "ada@example.com", "--name", "Ada"], PASSWORD).success();
    sandbox
}

fn shown(sandbox: &Sandbox, user: &str) -> Value {
    let text = sandbox.run(&["user", "show", user, "--json"]).success();
    serde_json::from_str(&text).expect("JSON")
}

fn events(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Value> {
    let text = sandbox.run(&[&["audit", "list", "--json"], arguments].concat()).success();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_ban_is_set_lifted_and_recorded() {
    let sandbox = with_ada();
    sandbox.run(&["user", "ban", "ada@example.com", "--reason", "spam", "--days", "7"]).success();
    assert_eq!(shown(&sandbox, "ada@example.com")["banned"], true);
    let banned = &events(&sandbox, &["--type", "user_banned"])[0];
    assert_eq!(
        (&banned["metadata"]["by"], &banned["metadata"]["reason"]),
        (&"operator".into(), &"spam".into())
    );
    assert!(banned["metadata"]["until"].is_u64(), "{banned}");
    sandbox.run(&["user", "unban", "ada@example.com"]).success();
    assert_eq!(shown(&sandbox, "ada@example.com")["banned"], false);
    // Twice is once.
    sandbox.run(&["user", "unban", "ada@example.com"]).success();
    assert_eq!(events(&sandbox, &["--type", "user_unbanned"]).len(), 1);
    let table = sandbox.run(&["user", "ban", "ada@example.com"]).success();
    assert!(table.contains("banned"), "{table}");
}

#[test]
fn an_address_is_changed_and_verified() {
    let sandbox = with_ada();
    sandbox.run_with(&["user", "create", "bob@example.com"], PASSWORD).success();
    sandbox.run(&["user", "verify-email", "ada@example.com"]).success();
    assert_eq!(shown(&sandbox, "ada@example.com")["emailVerified"], true);
    sandbox.run(&["user", "set-email", "ada@example.com", "Lovelace@Example.com"]).success();
    let user = shown(&sandbox, "lovelace@example.com");
    assert_eq!((&user["name"], &user["emailVerified"]), (&"Ada".into(), &false.into()));
    for (address, refusal) in
        [("bob@example.com", "an account with this address exists"), ("nonsense", "email: ")]
    {
        let outcome = sandbox.run(&["user", "set-email", "lovelace@example.com", address]);
        assert!(outcome.refusal(1).starts_with(refusal), "{outcome:?}");
    }
    assert_eq!(sandbox.run(&["user", "show", "ada@example.com"]).refusal(1), "no such user");
    let id = user["id"].as_str().expect("an id");
    let kinds: Vec<_> =
        events(&sandbox, &["--user", id]).iter().map(|event| event["eventType"].clone()).collect();
    assert_eq!(kinds, ["email_changed", "email_verified", "account_created"]);
}

/// A thief who was at an address of before must not take the account back to it.
#[test]
fn an_operators_change_of_address_ends_the_ways_back() {
    let sandbox = with_ada();
    let id = shown(&sandbox, "ada@example.com")["id"].as_str().expect("an id").to_owned();
    let database = rusqlite::Connection::open(sandbox.path("data/auth.db")).expect("a database");
    database
        .execute(
            "INSERT INTO challenges (id, purpose, position, token_hash, user_id, credential_version, email, network, created_at, expires_at)
             VALUES ('of a thief', 'email_undo', 1, x'00', ?1, 0, 'thief@evil.example', x'00', 0, 9000000000000)",
            [id],
        )
        .expect("a way back");
    sandbox.run(&["user", "set-email", "ada@example.com", "lovelace@example.com"]).success();
    let ends: i64 = database
        .query_row("SELECT expires_at FROM challenges WHERE id = 'of a thief'", [], |row| row.get(0))
        .expect("its row");
    assert!(ends < 9_000_000_000_000, "{ends}");
}

#[test]
fn events_are_listed_as_they_are_asked_for() {
    let sandbox = with_ada();
    for _ in 0..3 {
        sandbox.run(&["user", "ban", "ada@example.com"]).success();
    }
    assert_eq!(events(&sandbox, &["--user", "ada@example.com", "--limit", "2"]).len(), 2);
    assert_eq!(events(&sandbox, &["--until", "2020-01-01T00:00:00Z"]).len(), 0);
    assert_eq!(events(&sandbox, &["--type", "user_banned", "--since", "2020-01-01T00:00:00Z"]).len(), 3);
    let table = sandbox.run(&["audit", "list", "--type", "user_banned"]).success();
    assert!(table.starts_with("TIME ") && table.lines().count() == 4, "{table}");
    assert!(sandbox.run(&["audit", "list", "--ip", "nonsense"]).code == Some(1));
    let misuse = sandbox.run(&["audit", "list", "--since", "yesterday"]);
    assert!(misuse.code == Some(2) && misuse.stderr.contains("2026-11-01T00:00:00Z"), "{misuse:?}");
}
