//! `docs/configuration.md` and the table of keys say the same.

use mana_auth_settings::{ConfigKey, Fallback, KEYS, Owner};
use std::{fmt::Write as _, fs, path::Path};

const PAGE: &str = "../docs/configuration.md";

/// The tables of the page. `make golden` writes them anew.
#[test]
fn the_page_documents_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).expect("docs/configuration.md");
    let mut expected = page.clone();
    for (marker, owner) in [("host", Owner::Host), ("component", Owner::Component), ("spin", Owner::Spin)] {
        expected = with_table(&expected, marker, &table(owner));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).expect("docs/configuration.md");
        return;
    }
    for (written, expected) in page.lines().zip(expected.lines()) {
        assert_eq!(written, expected, "docs/configuration.md and crates/settings differ: make golden");
    }
    assert_eq!(page.len(), expected.len(), "docs/configuration.md and crates/settings differ: make golden");
}

#[test]
fn each_key_has_one_name_and_a_reason() {
    for (index, key) in KEYS.iter().enumerate() {
        assert!(key.name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()), "{}", key.name);
        assert!(KEYS.iter().skip(index + 1).all(|other| other.name != key.name), "{} twice", key.name);
        assert!(key.reason.ends_with('.') && !key.reason.contains(['\n', '|']), "{}", key.name);
    }
}

fn with_table(page: &str, marker: &str, table: &str) -> String {
    let (start, end) = (format!("<!-- keys: {marker} -->\n"), format!("<!-- end: {marker} -->"));
    let (before, rest) = page.split_once(&start).expect("the marker before the table");
    let (_, after) = rest.split_once(&end).expect("the marker after the table");
    format!("{before}{start}{table}{end}{after}")
}

fn table(owner: Owner) -> String {
    let mut out = String::from("| key | kind | default | what, and why |\n| --- | --- | --- | --- |\n");
    for key in
        KEYS.iter().filter(|key| key.owner == owner || (owner == Owner::Host && key.owner == Owner::AnyHost))
    {
        let _ =
            writeln!(out, "| `{}` | {} | {} | {} |", key.name, key.kind.describe(), default(key), key.reason);
    }
    out
}

fn default(key: &ConfigKey) -> String {
    match key.default {
        Fallback::Value("") => "none".into(),
        Fallback::Value(text) => format!("`{text}`"),
        Fallback::Derived(how) => how.into(),
    }
}
