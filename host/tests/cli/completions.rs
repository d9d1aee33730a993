//! Completions, as bash itself completes.

use crate::support::Sandbox;
use std::process::Command;

/// What bash offers for the last of these words.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    let complete = r#"
        source /dev/stdin <<<"$SCRIPT"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        [[ $(complete -p mana-auth) =~ -F\ ([^ ]+) ]]
        "${BASH_REMATCH[1]}" mana-auth "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let output = Command::new("bash")
        .args(["--norc", "-c", complete, "bash"])
        .args(words)
        .env("SCRIPT", script)
        .output()
        .expect("bash");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_what_follows_them() {
    let script = Sandbox::new().run(&["completions", "bash"]).success();
    for (words, expected) in [
        (&["mana-auth", "us"][..], "user"),
        (&["mana-auth", "user", ""], "set-role"),
        (&["mana-auth", "user", "ver"], "verify-email"),
        (&["mana-auth", "user", "create", "--ro"], "--role"),
        (&["mana-auth", "user", "create", "--role", "a"], "admin"),
        (&["mana-auth", "audit", "rot"], "rotate-key"),
        (&["mana-auth", "audit", "verify", "--che"], "--checkpoint"),
        (&["mana-auth", "keys", ""], "rotate"),
    ] {
        let offered = offered(&script, words);
        assert!(offered.iter().any(|word| word == expected), "{words:?}: {offered:?}");
    }
}
