//! Help, version, completions, misuse.

use crate::support::Sandbox;

#[test]
fn help_names_every_command_and_gives_examples() {
    let help = Sandbox::new().run(&["help"]).success();
    for word in [
        "serve",
        "config",
        "user",
        "keys",
        "secret",
        "maintenance",
        "lineage",
        "completions",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(help.contains(word), "{word} is missing:\n{help}");
    }
    for command in [
        &["serve", "--help"][..],
        &["user", "create", "--help"],
        &["user", "list", "--help"],
        &["user", "set-role", "--help"],
        &["user", "set-metadata", "--help"],
        &["user", "sessions", "--help"],
        &["user", "revoke", "--help"],
        &["keys", "list", "--help"],
        &["keys", "rotate", "--help"],
        &["keys", "revoke", "--help"],
        &["secret", "rotate", "--help"],
        &["maintenance", "run", "--help"],
        &["lineage", "renew", "--help"],
    ] {
        let help = Sandbox::new().run(command).success();
        assert!(help.contains("--data <DIR>") && help.contains("--config <FILE>"), "{command:?}:\n{help}");
    }
}

#[test]
fn the_version_is_the_crate_s() {
    let version = Sandbox::new().run(&["--version"]).success();
    assert_eq!(version.trim(), format!("mana-auth {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Sandbox::new().run(&["completions", shell]).success();
        assert!(script.contains("mana-auth") && script.contains("set-role"), "{shell}");
    }
}

#[test]
fn misuse_is_exit_code_2() {
    for arguments in
        [&[][..], &["sing"], &["serve", "--port", "1"], &["user", "set-role", "a@b.example", "king"]]
    {
        let sandbox = Sandbox::new();
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(!outcome.stderr.is_empty() && outcome.stdout.is_empty(), "{outcome:?}");
        assert!(sandbox.names().is_empty());
    }
}
