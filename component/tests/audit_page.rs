//! `docs/audit.md` lists every kind of event, with its name in OWASP's logging vocabulary.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use mana_auth_component::audit::{Kind, Weight};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

/// `make golden` writes the table anew.
#[test]
fn the_page_lists_every_kind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/audit.md");
    let page = fs::read_to_string(&path).expect("docs/audit.md");
    let (before, rest) = page.split_once("<!-- events -->\n").expect("the marker before the table");
    let (_, after) = rest.split_once("<!-- end: events -->").expect("the marker after the table");
    let expected = format!("{before}<!-- events -->\n{}<!-- end: events -->{after}", table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).expect("docs/audit.md");
        return;
    }
    assert_eq!(page, expected, "docs/audit.md and component/src/audit/event.rs differ: make golden");
}

#[test]
fn each_kind_has_one_name() {
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(*kind));
    }
}

/// Everything that the component's source says, but for where the kinds are listed.
fn source(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&source(&path));
        } else if !path.ends_with("audit/event.rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
    text
}

fn table() -> String {
    let source = source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut table = String::from("| event | OWASP | | what |\n| --- | --- | --- | --- |\n");
    for kind in Kind::ALL {
        let weight = match kind.weight() {
            Weight::Expendable => "expendable",
            Weight::Required => "required",
        };
        let (name, owasp, meaning) = (kind.name(), kind.owasp(), kind.meaning());
        let is_caused = source
            .match_indices(&format!("Kind::{kind:?}"))
            .any(|(at, named)| !source[at + named.len()..].starts_with(|next: char| next.is_alphanumeric()));
        let not_yet = if is_caused { "" } else { " Nothing causes it yet." };
        let _ = writeln!(table, "| `{name}` | `{owasp}` | {weight} | {meaning}{not_yet} |");
    }
    table
}
