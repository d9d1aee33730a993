//! Triggers of SQLite: they fire for each row.

use super::table::{Subject, Watched, differs};

pub(super) fn triggers(watched: &Watched) -> Vec<String> {
    let Watched { table, unique, inserts, .. } = watched;
    let update = format!("AFTER UPDATE ON {table} WHEN {}", differs(watched, "OLD", "NEW"));
    let mut found = vec![
        (format!("{table}_changed"), update, report_change(watched)),
        (format!("{table}_deleted"), format!("AFTER DELETE ON {table}"), report(watched)),
    ];
    if *inserts {
        found.push((format!("{table}_added"), format!("AFTER INSERT ON {table}"), report(watched)));
    }
    let same = same(unique);
    found.push(replaced(watched, "insert", &format!("BEFORE INSERT ON {table} WHEN"), &same));
    let columns = [&["rowid", "id"], unique.concat().as_slice()].concat();
    let moved = columns.iter().map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"));
    let moved = format!("BEFORE UPDATE ON {table} WHEN ({}) AND", moved.collect::<Vec<_>>().join(" OR "));
    found.push(replaced(watched, "update", &moved, &format!("rowid <> OLD.rowid AND ({same})")));
    let statements = found.into_iter().flat_map(|(name, event, body)| {
        [format!("DROP TRIGGER IF EXISTS {name}"), format!("CREATE TRIGGER {name} {event} BEGIN {body} END")]
    });
    statements.collect()
}

/// The condition that a row has the same `rowid`, `id` or other unique columns as the row `NEW`.
fn same(unique: &[&[&str]]) -> String {
    let is_same = |columns: &[&str]| {
        let equal: Vec<String> = columns.iter().map(|column| format!("{column} = NEW.{column}")).collect();
        format!("({})", equal.join(" AND "))
    };
    let all: Vec<String> =
        [&["rowid"][..], &["id"]].into_iter().chain(unique.iter().copied()).map(is_same).collect();
    all.join(" OR ")
}

/// Reports the rows that a statement is about to replace.
fn replaced(watched: &Watched, how: &str, event: &str, condition: &str) -> (String, String, String) {
    let Watched { table, subject, .. } = watched;
    let rows = format!("FROM {table} WHERE {condition}");
    let subjects = match subject {
        Subject::Row(prefix) => format!("SELECT '{prefix}' || id {rows}"),
        Subject::Family(prefix) => format!(
            "SELECT '{prefix}' || id {rows}
             UNION SELECT '{prefix}' || id FROM {table} WHERE parent_id IN (SELECT id {rows})"
        ),
        Subject::Table(name) => format!("VALUES ('{name}')"),
    };
    (
        format!("{table}_replaced_by_{how}"),
        format!("{event} EXISTS (SELECT 1 {rows})"),
        format!("INSERT INTO invalidations (subject) {subjects};"),
    )
}

/// Reports the row `OLD`, or the table.
fn report(watched: &Watched) -> String {
    let table = watched.table;
    match watched.subject {
        Subject::Row(prefix) => {
            format!("INSERT INTO invalidations (subject) VALUES ('{prefix}' || OLD.id);")
        }
        Subject::Family(prefix) => format!(
            "INSERT INTO invalidations (subject) VALUES ('{prefix}' || OLD.id);
             INSERT INTO invalidations (subject) SELECT '{prefix}' || id FROM {table} WHERE parent_id = OLD.id;"
        ),
        Subject::Table(name) => format!("INSERT INTO invalidations (subject) VALUES ('{name}');"),
    }
}

/// Reports a row that was changed; for sessions, also sets `touched_at`.
fn report_change(watched: &Watched) -> String {
    let (reported, table) = (report(watched), watched.table);
    match watched.subject {
        Subject::Family(_) => format!(
            "{reported}
             UPDATE {table} SET touched_at = (SELECT last FROM positions) WHERE id = NEW.id OR parent_id = OLD.id;"
        ),
        Subject::Row(_) | Subject::Table(_) => reported,
    }
}
