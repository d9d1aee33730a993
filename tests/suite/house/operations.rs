//! What operators are given: alerts, the dashboard, and SQL to ask the audit log with.

use crate::repository::{read, root};
use std::collections::BTreeSet;

/// Every metric that an alert or the dashboard asks for is one that `docs/operations.md` lists.
pub fn metrics() {
    let page = read(&root().join("docs/operations.md"));
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `mana_auth_")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert!(listed.len() > 20, "{listed:?}");
    for file in [
        "ops/prometheus/alerts.yml",
        "ops/prometheus/alerts.test.yml",
        "ops/grafana/dashboards/mana-auth.json",
    ] {
        let text = read(&root().join(file));
        let names = text.match_indices("mana_auth_").map(|(at, prefix)| {
            let rest = &text[at + prefix.len()..];
            rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default()
        });
        let mut count = 0;
        for name in names {
            count += 1;
            let base = name.strip_suffix("_bucket").unwrap_or(name);
            assert!(listed.contains(base), "{file} asks for mana_auth_{name}, which nobody tells");
        }
        assert!(count > 5, "{file} asks for nothing");
    }
}
