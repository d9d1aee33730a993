//! `docs/audit.md` lists every kind of event, with its name in OWASP's logging vocabulary.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use mana_auth_component::events::{EventType, Weight};
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
    assert_eq!(page, expected, "docs/audit.md and component/src/events/event.rs differ: make golden");
}

#[test]
fn each_kind_has_one_name() {
    let names: BTreeSet<&str> = EventType::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), EventType::ALL.len());
    for kind in EventType::ALL {
        assert_eq!(EventType::named(kind.name()), Some(*kind));
    }
}

/// What authenticates a table, or that nothing does, is said of each that the log rests on.
#[test]
fn the_page_lists_every_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/audit.md")).expect("docs/audit.md");
    let mut tables = BTreeSet::new();
    for migration in fs::read_dir(root.join("migrations")).expect("migrations") {
        let text = fs::read_to_string(migration.expect("a migration").path().join("sqlite.sql"))
            .expect("a migration");
        let names = text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
        let is_of_the_log =
            |name: &&str| name.starts_with("audit_") || name.contains("event") || *name == "leases";
        tables.extend(names.filter(is_of_the_log).map(ToOwned::to_owned));
    }
    assert!(tables.len() >= 11, "{tables:?}");
    let rows: String = page.lines().filter(|line| line.starts_with("| `")).collect();
    for table in tables {
        assert!(
            rows.contains(&format!("`{table}`")),
            "docs/audit.md does not say what authenticates {table}"
        );
    }
}

/// Everything that the component's source says, but for where the kinds are listed.
fn source(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&source(&path));
        } else if !path.ends_with("events/event.rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
    text
}

fn table() -> String {
    let source = source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut table = String::from("| event | OWASP | | what |\n| --- | --- | --- | --- |\n");
    for kind in EventType::ALL {
        let weight = match kind.weight() {
            Weight::Expendable => "expendable",
            Weight::Required => "required",
        };
        let (name, owasp, meaning) = (kind.name(), kind.owasp(), kind.meaning());
        let is_caused = source
            .match_indices(&format!("EventType::{kind:?}"))
            .any(|(at, named)| !source[at + named.len()..].starts_with(|next: char| next.is_alphanumeric()));
        let not_yet = if is_caused { "" } else { " Nothing causes it yet." };
        let _ = writeln!(table, "| `{name}` | `{owasp}` | {weight} | {meaning}{not_yet} |");
    }
    table
}
