//! `spin.toml` against the documentation.

use super::{read, root};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// What the manifest has besides the keys of the component.
const SPINS_OWN: &[&str] = &["database_url"];
const SECRETS: &[&str] = &["secrets", "maintenance_secret", "audit_sources", "database_url"];

pub fn variables() {
    let manifest: Table = read(&root().join("spin.toml")).parse().expect("TOML");
    let variables = table(&manifest, &["variables"]);
    let handed_on = table(&manifest, &["component", "auth", "variables"]);
    let expected = component_keys().into_iter().chain(SPINS_OWN.iter().map(ToString::to_string));
    let expected: BTreeSet<String> = expected.collect();
    let names = |table: &Table| table.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(variables), expected, "the variables, and the keys of docs/configuration.md");
    assert_eq!(names(handed_on), expected, "the variables that the component gets");
    for (name, variable) in variables {
        let secret = variable.get("secret").and_then(Value::as_bool).unwrap_or(false);
        assert_eq!(secret, SECRETS.contains(&name.as_str()), "whether {name} is secret");
        assert_eq!(handed_on[name].as_str(), Some(format!("{{{{ {name} }}}}").as_str()));
    }
}

fn table<'a>(manifest: &'a Table, path: &[&str]) -> &'a Table {
    let found = path.iter().try_fold(manifest, |table, name| table.get(*name)?.as_table());
    found.unwrap_or_else(|| panic!("spin.toml lacks {path:?}"))
}

/// The first column of the page's table, which another test compares with the code.
fn component_keys() -> BTreeSet<String> {
    let page = read(&root().join("docs/configuration.md"));
    let (_, rest) = page.split_once("<!-- keys: component -->").expect("the table of the component's keys");
    let (rows, _) = rest.split_once("<!-- end: component -->").expect("its end");
    let keys = rows.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    keys.map(ToOwned::to_owned).collect()
}
