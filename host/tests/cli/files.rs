//! Who may read what: files with secrets and people's data.

use crate::support::{SERVE, Sandbox, mode};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    process::Command,
};

fn chmod(sandbox: &Sandbox, file: &str, mode: u32) {
    fs::set_permissions(sandbox.path(file), Permissions::from_mode(mode)).expect("changed");
}

#[test]
fn what_others_could_read_is_its_owners_again() {
    let sandbox = Sandbox::new();
    let first = sandbox.serve();
    sandbox.run(&["maintenance", "run"]).success();
    for file in ["data/auth.db", "data/auth.db-wal", "data/auth.db-shm", "data/checkpoints"] {
        chmod(&sandbox, file, 0o644);
    }
    let serving = sandbox.serve();
    for file in ["data/auth.db", "data/auth.db-wal", "data/auth.db-shm", "data/checkpoints"] {
        assert_eq!(mode(&sandbox.path(file)), 0o600, "{file}");
    }
    assert_eq!(first.terminate(), Some(0));
    assert_eq!(serving.terminate(), Some(0));
}

/// Whatever the umask is.
#[test]
fn what_is_made_is_its_owners_alone() {
    let sandbox = Sandbox::new();
    let program = env!("CARGO_BIN_EXE_mana-auth");
    let command = format!(
        "umask 0; echo 'four otters paint lighthouses' | {program} user create a@example.com && {program} maintenance run && {program} backup copy.db"
    );
    let output =
        Command::new("sh").args(["-c", &command]).current_dir(sandbox.path("")).output().expect("sh");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(mode(&sandbox.path("data")), 0o700);
    for file in ["data/auth.db", "data/secret", "data/checkpoints", "copy.db", "copy.db.checkpoints"] {
        assert_eq!(mode(&sandbox.path(file)), 0o600, "{file}");
    }
}

#[test]
fn secrets_in_a_configuration_are_kept_from_others() {
    let sandbox = Sandbox::new();
    sandbox.write("with.toml", "maintenance_secret = \"5b0d9e4c7f21a8366ac29f3c17e2a40b\"\n");
    sandbox.write("without.toml", "service_name = \"Example\"\n");
    for (file, mode, refused) in [
        ("with.toml", 0o644, true),
        ("with.toml", 0o602, true),
        ("with.toml", 0o600, false),
        ("without.toml", 0o644, false),
    ] {
        chmod(&sandbox, file, mode);
        let outcome = sandbox.run(&["config", "--config", file]);
        if refused {
            let line = outcome.refusal(2);
            assert!(line.contains("holds secrets, and others can read it"), "{line}");
            assert!(line.ends_with("run `chmod 600 with.toml`"), "{line}");
        } else {
            outcome.success();
        }
    }
}

#[test]
fn a_secret_that_is_none_is_looked_for_in_its_file() {
    for text in [
        "",
        "\"1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA\"",
        "\u{feff}1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA",
    ] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.path("data")).expect("a folder");
        sandbox.write("data/secret", text);
        chmod(&sandbox, "data/secret", 0o600);
        let outcome = sandbox.run(SERVE);
        let line = outcome.refusal(2);
        assert!(line.contains("(file ./data/secret)"), "{line}");
    }
}

/// What can't be looked at is not said to be missing.
#[test]
fn a_folder_that_may_not_be_entered_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run_with(&["user", "create", "a@example.com"], "four otters paint lighthouses\n").success();
    chmod(&sandbox, "data", 0o000);
    let program = env!("CARGO_BIN_EXE_mana-auth");
    // Root may enter every folder, unless it is told otherwise.
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-dac_override,-dac_read_search", program]);
        command
    } else {
        Command::new(program)
    };
    let output = command.args(["user", "list"]).current_dir(sandbox.path("")).output().expect("it starts");
    chmod(&sandbox, "data", 0o700);
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("./data/auth.db: Permission denied"), "{said}");
}
