//! The commands that administer, beside a server that runs.

use crate::support::Sandbox;
use serde_json::Value;

const PASSWORD: &str = "four otters paint lighthouses\n";

fn json(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("an array of JSON")
}

#[test]
fn an_administrator_can_be_made_before_the_first_start() {
    let sandbox = Sandbox::new();
    let made = sandbox
        .run_with(&["user", "create", "Ada@Example.COM", "--name", "Ada", "--role", "admin"], PASSWORD)
        .success();
    assert!(made.contains("ada@example.com") && made.contains("admin"), "{made}");
    let serving = sandbox.serve();
    let users = json(&sandbox.run(&["user", "list", "--json"]).success());
    assert_eq!(users.len(), 1);
    assert_eq!((&users[0]["email"], &users[0]["role"]), (&"ada@example.com".into(), &"admin".into()));
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn accounts_are_listed_newest_first_and_page_by_page() {
    let sandbox = Sandbox::new();
    for user in ["a", "b", "c"] {
        sandbox.run_with(&["user", "create", &format!("{user}@example.com")], PASSWORD).success();
    }
    let addresses = |arguments: &[&str]| -> Vec<String> {
        let users = json(&sandbox.run(&[&["user", "list", "--json"], arguments].concat()).success());
        users.iter().map(|user| user["email"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(addresses(&[]), ["c@example.com", "b@example.com", "a@example.com"]);
    assert_eq!(addresses(&["--limit", "2"]), ["c@example.com", "b@example.com"]);
    let users = json(&sandbox.run(&["user", "list", "--json"]).success());
    let second = users[1]["id"].as_str().expect("an id");
    assert_eq!(addresses(&["--before", second]), ["a@example.com"]);
    let table = sandbox.run(&["user", "list"]).success();
    assert_eq!(table.lines().count(), 4);
    assert!(table.starts_with("ID "), "{table}");
}

#[test]
fn what_is_refused_is_exit_code_1() {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "ada@example.com"], PASSWORD).success();
    for (arguments, input, expected) in [
        (&["user", "create", "ADA@example.com"][..], PASSWORD, "an account with this address exists"),
        (&["user", "create", "bob@example.com"], "short\n", "password: "),
        (&["user", "create", "nonsense"], PASSWORD, "email: "),
        (&["user", "create", "bob@example.com"], "", "no password on standard input"),
        (&["user", "set-role", "nobody@example.com", "admin"], "", "no such user"),
        (&["user", "set-metadata", "ada@example.com", "[]"], "", "appMetadata: must be a JSON object"),
        (&["user", "set-metadata", "nobody@example.com", "{}"], "", "no such user"),
        (&["user", "sessions", "0190aaaa-0000-7000-8000-000000000000"], "", "no such user"),
        (&["user", "revoke", "ada@example.com", "--session", "nonsense"], "", "no such session"),
        (&["keys", "revoke", "nonsense"], "", "no such key"),
    ] {
        let outcome = sandbox.run_with(arguments, input);
        let line = outcome.refusal(1);
        assert!(line.starts_with(expected), "{arguments:?}: {line}");
    }
}

#[test]
fn roles_change_by_address_and_by_id() {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "ada@example.com"], PASSWORD).success();
    let id = json(&sandbox.run(&["user", "list", "--json"]).success())[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for (user, role) in [("ada@example.com", "admin"), (id.as_str(), "service"), ("ada@example.com", "user")]
    {
        sandbox.run(&["user", "set-role", user, role]).success();
        let users = json(&sandbox.run(&["user", "list", "--json"]).success());
        assert_eq!(users[0]["role"], role);
    }
}

#[test]
fn sessions_are_none_for_who_never_signed_in() {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "ada@example.com"], PASSWORD).success();
    assert_eq!(json(&sandbox.run(&["user", "sessions", "ada@example.com", "--json"]).success()).len(), 0);
    assert_eq!(sandbox.run(&["user", "revoke", "ada@example.com"]).success(), "0 sessions ended\n");
}

#[test]
fn keys_rotate_and_are_revoked_beside_a_running_server() {
    let sandbox = Sandbox::new();
    let serving = sandbox.serve();
    sandbox.run(&["keys", "rotate"]).success();
    let keys = json(&sandbox.run(&["keys", "list", "--json"]).success());
    let in_state = |state: &str| keys.iter().filter(|key| key["state"] == state).count();
    assert_eq!((in_state("signing"), in_state("published")), (1, 1), "{keys:?}");
    let signing = keys.iter().find(|key| key["state"] == "signing").expect("one signs");
    sandbox.run(&["keys", "revoke", signing["id"].as_str().expect("an id")]).success();
    let keys = json(&sandbox.run(&["keys", "list", "--json"]).success());
    let revoked = keys.iter().find(|key| key["id"] == signing["id"]).expect("it is still listed");
    assert_eq!(revoked["state"], "revoked");
    assert!(keys.iter().any(|key| key["state"] == "signing"), "{keys:?}");
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn maintenance_and_lineage_say_what_they_did() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let report = sandbox.run(&["maintenance", "run"]).success();
    assert!(report.contains("sessions pruned: 0, "), "{report}");
    assert_eq!(sandbox.run(&["lineage", "renew"]).success(), "a new lineage has begun\n");
}
