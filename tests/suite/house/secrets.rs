//! What is secret is compared in constant time, or not at all.

use super::{packages::rust, sources::code};
use crate::repository::{name, read, root};
use std::collections::{BTreeMap, BTreeSet};

/// Where secrets, and hashes and MACs of them, are compared, and how often: with `subtle`, whose time tells nothing.
const COMPARED: &[(&str, usize)] = &[
    ("component/src/secrets/mac.rs", 1),
    ("component/src/registrations/waiting.rs", 1),
    ("component/src/devices/cookie.rs", 1),
    ("component/src/sessions/cache/mod.rs", 1),
    ("component/src/secrets/challenge_cookie.rs", 1),
    ("component/src/secrets/keyring.rs", 1),
    ("component/src/secrets/shared_secret.rs", 2),
    ("crates/passwords/src/encoded.rs", 2),
];

/// The types that hold secrets, by file. They can't be compared by `==`, nor printed by `{:?}`.
const SECRET: &[(&str, &str)] = &[
    ("component/src/passwords.rs", "Password"),
    ("component/src/passwords.rs", "NewPassword"),
    ("component/src/challenges/code.rs", "Code"),
    ("component/src/devices/cookie.rs", "DeviceCookie"),
    ("component/src/secrets/opaque_token.rs", "Secret"),
    ("component/src/sessions/sign_out.rs", "Credential"),
    ("component/src/secrets/keyring.rs", "Keyring"),
    ("component/src/secrets/shared_secret.rs", "SharedSecret"),
    ("crates/audit/src/note.rs", "SigningKey"),
    ("crates/tokens/src/key.rs", "SigningKey"),
    ("spin/adapter/src/mailer/api.rs", "Api"),
    ("spin/guard/src/credential.rs", "Credential"),
];

/// What a value is called that is secret, or made of a secret.
const WORDS: &[&str] = &[
    "access_token",
    "bearer",
    "computed",
    "cookie",
    "hash",
    "mac",
    "nonce",
    "nonce_hash",
    "password",
    "refresh_token",
    "secret",
    "seed",
    "shown",
    "signature",
    "token",
];

/// Lines that compare by `==` what is called so, and why they may.
const PUBLIC: &[(&str, &str, &str)] = &[
    ("component/src/audit/tree/walk.rs", "stored.first() != Some(&tile.hash)", "a tree of hashes is public"),
    ("host/src/cli/password.rs", "password == again", "one person typed both"),
    ("host/src/invalidations/view.rs", "anchor != self.hash(", "where two parts of this process stand"),
    ("host/src/audit_log/verify.rs", "!= Some(tile.hash)", "a tree of hashes is public"),
];

pub fn comparisons() {
    for line in
        ["if mac == self.mac {", "found.hash() != other", "*found == Some(token.as_bytes())", "a.eq(&secret)"]
    {
        assert!(compares_a_secret(line), "{line}");
    }
    for line in ["author(leaf, &event.mac) == Author::Ours", "secrets.len() == 32", "x == hashes(token)"] {
        assert!(!compares_a_secret(line), "{line}");
    }
    let ours = shipped();
    let compared: BTreeMap<String, usize> = ours
        .iter()
        .map(|(file, lines)| (file.clone(), lines.iter().filter(|line| line.contains(".ct_eq(")).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let expected = COMPARED.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect();
    assert_eq!(compared, expected, "where secrets are compared");
    let mut used = BTreeSet::new();
    for (file, lines) in &ours {
        for line in lines.iter().filter(|line| compares_a_secret(line)) {
            let reason = PUBLIC.iter().position(|(known, words, _)| known == file && line.contains(words));
            let reason = reason.unwrap_or_else(|| panic!("{file} compares in telling time: {line}"));
            used.insert(reason);
        }
    }
    assert_eq!(used.len(), PUBLIC.len(), "an exception that nothing needs: {used:?}");
}

pub fn types() {
    for (file, secret) in SECRET {
        let text = read(&root().join(file));
        let defined = format!("struct {secret}");
        let is_definition = |line: &&str| {
            let line = line.replace("enum ", "struct ");
            let after = line.split_once(&defined).map(|(_, after)| after);
            after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(is_definition).unwrap_or_else(|| panic!("{file}: {secret}"));
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with(['/', '#']));
        for derived in above.filter(|line| line.starts_with("#[derive")) {
            for forbidden in ["PartialEq", "Debug", "Hash", "Ord"] {
                assert!(!derived.contains(forbidden), "{file}: {secret} is {forbidden}");
            }
        }
        for forbidden in ["PartialEq", "Display", "Debug"] {
            let written = format!("{forbidden} for {secret}");
            assert!(!code(&text).any(|line| line.contains(&written)), "{file}: {secret} is {forbidden}");
        }
    }
}

/// The lines of code that are shipped, by file: no tests, no examples, and not the tree of the audit log, in which
/// every hash is public.
fn shipped() -> Vec<(String, Vec<String>)> {
    let is_shipped = |file: &str| {
        ["component/src/", "crates/", "host/src/", "spin/", "wasi-http/src/"]
            .iter()
            .any(|folder| file.starts_with(folder))
            && !file.contains("/tests")
            && !file.starts_with("crates/audit/")
    };
    let files = rust().into_iter().filter(|path| is_shipped(&name(path)));
    let lines = files.map(|path| {
        let text = read(&path);
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        (name(&path), code(text).map(|line| line.trim().to_owned()).collect())
    });
    lines.collect()
}

/// Whether one side of an `==` or `!=`, of an `.eq(…)`, or the subject of a `starts_with` is called as secrets are.
fn compares_a_secret(line: &str) -> bool {
    let operators = ["==", "!=", ".eq(", ".ne(", ".starts_with(", "is_equal("];
    operators.iter().any(|operator| {
        line.match_indices(operator).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + operator.len()..]);
            is_secret(last_name(before)) || is_secret(last_name(first_operand(after)))
        })
    })
}

fn is_secret(name: &str) -> bool {
    WORDS.contains(&name)
}

/// What an operand is called: of `self.mac`, `&found.hash()`, `tag[..]`, `Some(secret.as_bytes())` the last of their names.
fn last_name(operand: &str) -> &str {
    const VIEWS: &[&str] =
        &[".as_bytes()", ".as_slice()", ".as_str()", ".as_ref()", ".to_bytes()", "[..]", "?"];
    let mut operand = operand.trim();
    while let Some(seen) = VIEWS.iter().find_map(|view| operand.strip_suffix(view)) {
        operand = seen;
    }
    match operand.strip_suffix(')') {
        None => ident(operand),
        Some(call) => match opening(call) {
            None => last_name(call),
            Some(at) => match ident(&call[..at]) {
                "" | "Some" | "Ok" => last_name(&call[at + 1..]),
                name => name,
            },
        },
    }
}

/// The identifier that a text ends with.
fn ident(text: &str) -> &str {
    text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

/// Where the parenthesis opens that a text would close at its end.
fn opening(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    text.char_indices().rev().find_map(|(at, c)| {
        match c {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}

/// Up to where an operand ends.
fn first_operand(text: &str) -> &str {
    let ends = ["&&", "||", "=>", "{", ";", ","];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    &text[..end.unwrap_or(text.len())]
}
