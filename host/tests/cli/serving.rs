//! `mana-auth serve`: what it says, what it makes, how it ends, and which databases it refuses.

use crate::support::{SERVE, Sandbox, mode};
use std::{fs, net::TcpStream, process::Command};

/// 32 random bytes each.
const SECRETS: [&str; 2] =
    ["1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA", "2:q8Zr1mXw5Lk0tYp3uHc7vJb9nDf2sGe6aRi4oTyKjQE"];

#[test]
fn it_serves_with_no_configuration_and_ends_when_asked() {
    let sandbox = Sandbox::new();
    let serving = sandbox.serve();
    assert_eq!(serving.started["version"], env!("CARGO_PKG_VERSION"));
    TcpStream::connect(serving.api()).expect("it listens where it says");
    TcpStream::connect(serving.started["management"].as_str().expect("an address")).expect("there, too");
    assert_eq!(serving.started["data"], "./data");
    assert_eq!(mode(&sandbox.path("data")), 0o700);
    assert_eq!(mode(&sandbox.path("data/secret")), 0o600);
    assert_eq!(serving.terminate(), Some(0));
}

/// Who sits in front of a terminal is shown what to type; a log gets one line instead.
#[test]
fn a_terminal_is_greeted() {
    let sandbox = Sandbox::new();
    // util-linux's `script` gives it a terminal; `timeout` ends it.
    let program = env!("CARGO_BIN_EXE_mana-auth");
    let command = format!("timeout 5 {program} serve --listen 127.0.0.1:0 --management 127.0.0.1:0");
    let shown = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(sandbox.path(""))
        .output()
        .expect("script(1)");
    let shown = String::from_utf8_lossy(&shown.stdout).replace('\r', "");
    let api = shown.lines().find_map(|line| line.trim().strip_prefix("API")).expect(&shown).trim();
    assert!(shown.contains(&format!("mana-auth {}\n", env!("CARGO_PKG_VERSION"))), "{shown}");
    assert!(shown.contains(&format!("curl {api}/api/v1/auth/register ")), "{shown}");
    assert!(shown.contains(&format!("curl {api}/api/v1/auth/login ")), "{shown}");
}

#[test]
fn the_secret_is_kept() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let first = fs::read(sandbox.path("data/secret")).expect("a secret");
    assert_eq!(sandbox.serve().terminate(), Some(0));
    assert_eq!(fs::read(sandbox.path("data/secret")).expect("a secret"), first);
}

#[test]
fn a_lost_secret_is_not_replaced() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    fs::remove_file(sandbox.path("data/secret")).expect("removed");
    let outcome = sandbox.run(SERVE);
    assert_eq!(
        outcome.refusal(2),
        "secret: ./data/secret is missing, but a database is there: restore the file, or set `secrets`"
    );
    assert!(!sandbox.path("data/secret").exists());
}

#[test]
fn another_secret_of_the_same_version_is_noticed_at_the_start() {
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", SECRETS[0]);
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let another = format!("1:{}", &SECRETS[1][2..]);
    let sandbox = sandbox.with("MANA_AUTH_SECRETS", &another);
    for command in [SERVE, &["keys", "rotate"]] {
        let outcome = sandbox.run(command);
        let line = outcome.refusal(2);
        assert!(line.contains("secrets: can't open the signing keys in the database"), "{line}");
    }
    assert_eq!(sandbox.with("MANA_AUTH_SECRETS", SECRETS[0]).serve().terminate(), Some(0));
}

#[test]
fn a_secret_version_that_is_still_in_use_may_not_be_missing() {
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", SECRETS[0]);
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let sandbox = sandbox.with("MANA_AUTH_SECRETS", SECRETS[1]);
    for command in [SERVE, &["keys", "list"]] {
        let outcome = sandbox.run(command);
        let line = outcome.refusal(2);
        assert!(line.contains("version 1 of the secret"), "{line}");
    }
    let both = format!("{},{}", SECRETS[1], SECRETS[0]);
    assert_eq!(sandbox.with("MANA_AUTH_SECRETS", &both).serve().terminate(), Some(0));
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let database = rusqlite::Connection::open(sandbox.path("data/auth.db")).expect("a database");
    database
        .execute("INSERT INTO schema_migrations (version, oldest, applied_at) VALUES (4711, 4711, 0)", [])
        .expect("a migration of the future");
    drop(database);
    for command in [SERVE, &["user", "list"]] {
        let outcome = sandbox.run(command);
        let line = outcome.refusal(2);
        assert!(line.contains("newer version") && line.contains("4711"), "{line}");
    }
}

/// Servers are replaced one by one: the first new one brings the schema up to date, and old ones go on.
#[test]
fn a_newer_schema_that_older_programs_may_serve_on_is_served() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.serve().terminate(), Some(0));
    let database = rusqlite::Connection::open(sandbox.path("data/auth.db")).expect("a database");
    database
        .execute("INSERT INTO schema_migrations (version, oldest, applied_at) VALUES (4711, 1, 0)", [])
        .expect("a migration of the future");
    drop(database);
    sandbox.run(&["user", "list"]).success();
    assert_eq!(sandbox.serve().terminate(), Some(0));
}

#[test]
fn a_database_from_before_the_first_release_is_refused_and_left_alone() {
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", SECRETS[0]);
    fs::create_dir(sandbox.path("data")).expect("a folder");
    let database = rusqlite::Connection::open(sandbox.path("data/auth.db")).expect("a database");
    let schema =
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
        INSERT INTO schema_migrations (version, applied_at) VALUES (1, 0);
        CREATE TABLE users (id TEXT PRIMARY KEY) STRICT;";
    database.execute_batch(schema).expect("a schema");
    for command in [SERVE, &["user", "list"]] {
        let outcome = sandbox.run(command);
        let line = outcome.refusal(2);
        assert!(line.contains("never released") && line.contains("empty one"), "{line}");
    }
    let tables: i64 = database
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
        .expect("a number");
    assert_eq!(tables, 2);
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let sandbox = Sandbox::new().with("MANA_AUTH_SECRETS", SECRETS[0]);
    fs::create_dir(sandbox.path("data")).expect("a folder");
    sandbox.write("data/auth.db", "This is a letter to my grandmother, and not a database at all.");
    let outcome = sandbox.run(SERVE);
    let line = outcome.refusal(2);
    assert!(line.contains("data/auth.db") && line.contains("not a SQLite database"), "{line}");
}
