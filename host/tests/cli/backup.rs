//! `mana-auth backup` and `mana-auth restore`.

use crate::support::{SERVE, Sandbox, mode};
use rusqlite::Connection;
use std::{fs, os::unix::fs::symlink};

const PASSWORD: &str = "four otters paint lighthouses\n";

fn users(sandbox: &Sandbox) -> usize {
    sandbox.run(&["user", "list"]).success().lines().count() - 1
}

fn create(sandbox: &Sandbox, email: &str) {
    sandbox.run_with(&["user", "create", email], PASSWORD).success();
}

#[test]
fn what_was_backed_up_while_it_served_is_there_again() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    let serving = sandbox.serve();
    sandbox.run(&["maintenance", "run"]).success();
    let said = sandbox.run(&["backup", "copy.db", "--with-secret", "copy.secret"]).success();
    assert!(said.contains("copy.db.checkpoints") && said.contains("copy.secret"), "{said}");
    for file in ["copy.db", "copy.db.checkpoints", "copy.secret"] {
        assert_eq!(mode(&sandbox.path(file)), 0o600, "{file}");
    }
    assert!(!sandbox.names().iter().any(|name| name.contains("partial") || name.ends_with("-wal")));
    let verified = sandbox
        .run(&["audit", "verify", "--data", "copy.db", "--checkpoint", "copy.db.checkpoints"])
        .success();
    assert!(verified.contains("intact"), "{verified}");
    create(&sandbox, "bob@example.com");
    sandbox.run(&["maintenance", "run"]).success();
    // The checkpoints go on, and the copy does not.
    let verify = ["audit", "verify", "--data", "copy.db", "--checkpoint", "data/checkpoints"];
    let outcome = sandbox.run(&verify);
    assert!(outcome.code == Some(1) && outcome.stderr.contains("--older accepts that"), "{outcome:?}");
    let verified = sandbox.run(&[&verify[..], &["--older"]].concat()).success();
    assert!(verified.contains("newer      1 checkpoints") && verified.contains("intact"), "{verified}");
    let refused = sandbox.run(&["restore", "copy.db"]);
    assert!(refused.refusal(1).ends_with("is in use: stop the server first"), "{refused:?}");
    assert_eq!(users(&sandbox), 2);
    assert_eq!(serving.terminate(), Some(0));
    let said = sandbox.run(&["restore", "copy.db"]).success();
    assert_eq!(mode(&sandbox.path("data/auth.db")), 0o600);
    assert_eq!(users(&sandbox), 1);
    // What was replaced is kept.
    let kept = said.lines().find_map(|line| line.strip_prefix("replaced")).expect(&said);
    let kept = kept.trim().split(':').next().expect("a path");
    assert!(fs::metadata(sandbox.path(kept)).expect("it is kept").len() > 0);
    assert_eq!(sandbox.serve().terminate(), Some(0));
}

#[test]
fn a_new_machine_gets_all_of_it() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    sandbox.run(&["maintenance", "run"]).success();
    sandbox.run(&["backup", "copy.db", "--with-secret", "copy.secret"]).success();
    fs::remove_dir_all(sandbox.path("data")).expect("removed");
    let said = sandbox.run(&["restore", "copy.db", "--secret", "copy.secret"]).success();
    assert!(said.contains("secret") && said.contains("checkpoints") && !said.contains("replaced"), "{said}");
    assert_eq!(users(&sandbox), 1);
    for file in ["auth.db", "checkpoints", "secret"] {
        assert_eq!(mode(&sandbox.path("data").join(file)), 0o600, "{file}");
    }
    assert_eq!(sandbox.serve().terminate(), Some(0));
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    sandbox.run(&["backup", "copy.db"]).success();
    sandbox.write("text", &"no database at all. ".repeat(1000));
    let mut damaged = fs::read(sandbox.path("copy.db")).expect("the copy");
    let half = damaged.len() / 2;
    damaged[half..half + 8192].fill(0x5a);
    fs::write(sandbox.path("damaged"), damaged).expect("written");
    fs::write(sandbox.path("empty"), "").expect("written");
    // Another program's, which migrates in the same way.
    let other = Connection::open(sandbox.path("other")).expect("a database");
    other
        .execute_batch(
            "CREATE TABLE schema_migrations (version, dirty); INSERT INTO schema_migrations VALUES (1, 0)",
        )
        .expect("a table");
    drop(other);
    // One that was copied by hand, with what was not in it yet.
    fs::copy(sandbox.path("copy.db"), sandbox.path("by-hand")).expect("copied");
    sandbox.write("by-hand-wal", "commits");
    for file in ["text", "damaged", "empty", "missing", "other", "by-hand", "data/auth.db"] {
        let outcome = sandbox.run(&["restore", file]);
        assert!(outcome.refusal(1).starts_with(file) || outcome.refusal(1).starts_with("./"), "{outcome:?}");
        assert_eq!(users(&sandbox), 1, "{file}");
        assert!(!sandbox.path("data/auth.db.restoring").exists(), "{file}");
    }
    // A secret that can't be put there stops it before anything is replaced.
    sandbox.write("garbage", "no secret\n");
    create(&sandbox, "bob@example.com");
    for secret in ["garbage", "missing", "data/secret"] {
        let outcome = sandbox.run(&["restore", "copy.db", "--secret", secret]);
        assert!(outcome.code == Some(1) || outcome.code == Some(2), "{outcome:?}");
        assert_eq!(users(&sandbox), 2, "{secret}");
    }
    assert!(sandbox.run(&["backup", "data/auth.db-wal"]).refusal(1).contains("takes such a name"));
    let refused = sandbox.run(&["backup", "next.db", "--with-secret", "garbage"]);
    assert_eq!(refused.refusal(1), "garbage exists: it is not overwritten");
    assert!(!sandbox.path("next.db").exists() && !sandbox.path("next.db.checkpoints").exists());
    let refused = sandbox.run(&["backup", "copy.db"]);
    assert_eq!(refused.refusal(1), "copy.db exists: it is not overwritten");
    let elsewhere = Sandbox::new();
    assert!(elsewhere.run(&["backup", "copy.db"]).refusal(2).contains("does not exist"));
}

#[test]
fn where_the_database_is_a_link_what_it_leads_to_is_replaced() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    sandbox.run(&["backup", "copy.db"]).success();
    create(&sandbox, "bob@example.com");
    fs::create_dir(sandbox.path("disk")).expect("a folder");
    fs::rename(sandbox.path("data/auth.db"), sandbox.path("disk/real.db")).expect("moved");
    symlink(sandbox.path("disk/real.db"), sandbox.path("data/auth.db")).expect("a link");
    let said = sandbox.run(&["restore", "copy.db"]).success();
    assert!(said.contains("disk/real.db."), "{said}");
    assert!(sandbox.path("data/auth.db").is_symlink());
    assert_eq!(users(&sandbox), 1);
}

#[test]
fn a_database_that_is_gone_is_not_replaced_by_an_empty_one() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    sandbox.run(&["maintenance", "run"]).success();
    fs::remove_file(sandbox.path("data/auth.db")).expect("removed");
    for command in [SERVE, &["user", "create", "bob@example.com"]] {
        let outcome = sandbox.run_with(command, PASSWORD);
        let line = outcome.refusal(2);
        assert!(line.contains("auth.db is gone") && line.contains("serve --new-database"), "{line}");
    }
    assert!(!sandbox.path("data/auth.db").exists());
    let serving = sandbox.serve_with(&["--new-database"]);
    assert_eq!(serving.terminate(), Some(0));
    assert_eq!(users(&sandbox), 0);
}

#[test]
fn an_older_program_goes_back_with_the_backup_from_before_the_upgrade() {
    let sandbox = Sandbox::new();
    create(&sandbox, "ada@example.com");
    sandbox.run(&["maintenance", "run"]).success();
    sandbox.run(&["backup", "before.db"]).success();
    create(&sandbox, "bob@example.com");
    sandbox.run(&["maintenance", "run"]).success();
    // What the start of a newer program does.
    let database = Connection::open(sandbox.path("data").join("auth.db")).expect("the database");
    database
        .execute_batch("INSERT INTO schema_migrations (version, oldest, applied_at) VALUES (1000, 1000, 0); CREATE TABLE newer (id TEXT)")
        .expect("a migration");
    drop(database);
    for command in [SERVE, &["user", "list"]] {
        let outcome = sandbox.run(command);
        let refusal = outcome.refusal(2);
        assert!(refusal.contains("newer version") && refusal.contains("1000"), "{refusal}");
    }
    let said = sandbox.run(&["restore", "before.db"]).success();
    assert!(said.contains("replaced"), "{said}");
    assert_eq!(users(&sandbox), 1);
    assert_eq!(sandbox.serve().terminate(), Some(0));
    // Checkpoints from after the backup are accepted where the operator says so, once that it was restored is sealed.
    sandbox.run(&["maintenance", "run"]).success();
    let verify = ["audit", "verify", "--checkpoint", "data/checkpoints", "--restored"];
    assert!(sandbox.run(&verify).success().contains("intact"));
}
