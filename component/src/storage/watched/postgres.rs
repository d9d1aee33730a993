//! Triggers of PostgreSQL: they fire for each statement, over the rows before (`old_rows`) and after (`new_rows`). Fired for each row,
//! they would update the one row of `positions` as often, at a cost that is quadratic in the rows of one statement.

use super::table::{Subject, Watched, differs};

pub(super) fn triggers(watched: &Watched) -> Vec<String> {
    let changed = format!(
        "FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id WHERE n.id IS NULL OR {}",
        differs(watched, "o", "n")
    );
    let update = trigger(
        watched,
        ("changed", "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        &report_change(watched, &changed),
    );
    let delete =
        trigger(watched, ("deleted", "DELETE", "OLD TABLE AS old_rows"), &report(watched, "FROM old_rows o"));
    let insert = watched.inserts.then(|| {
        trigger(watched, ("added", "INSERT", "NEW TABLE AS new_rows"), &report(watched, "FROM new_rows o"))
    });
    let emptied = [
        format!("DROP TRIGGER IF EXISTS {0}_emptied ON {0}", watched.table),
        format!(
            "CREATE TRIGGER {0}_emptied AFTER TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION all_removed()",
            watched.table
        ),
        always(watched.table, "emptied"),
    ];
    [Some(update), Some(delete), insert].into_iter().flatten().flatten().chain(emptied).collect()
}

/// Also in a session that replicates.
fn always(table: &str, what: &str) -> String {
    format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{what}")
}

fn trigger(watched: &Watched, (what, event, tables): (&str, &str, &str), body: &str) -> [String; 4] {
    let table = watched.table;
    let name = format!("{table}_{what}");
    [
        format!(
            "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
             $$ {body} RETURN NULL; END $$"
        ),
        format!("DROP TRIGGER IF EXISTS {name} ON {table}"),
        format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        ),
        always(table, what),
    ]
}

/// Reports the rows `o`, or the table where there is any. Rows that a foreign key deletes with them fire a trigger of their own.
fn report(watched: &Watched, rows: &str) -> String {
    match watched.subject {
        Subject::Row(prefix) | Subject::Family(prefix) => {
            format!("BEGIN PERFORM touch(ARRAY(SELECT '{prefix}' || o.id {rows}));")
        }
        Subject::Table(name) => {
            format!("BEGIN IF EXISTS (SELECT 1 {rows}) THEN PERFORM touch(ARRAY['{name}']); END IF;")
        }
    }
}

/// The same of rows that stay.
fn report_change(watched: &Watched, rows: &str) -> String {
    let (Subject::Family(prefix), table) = (&watched.subject, watched.table) else {
        return report(watched, rows);
    };
    format!(
        "DECLARE changed text[]; newest bigint;
         BEGIN
             changed := ARRAY(SELECT o.id {rows});
             newest := touch(ARRAY(
                 SELECT '{prefix}' || id FROM unnest(changed) AS id
                 UNION SELECT '{prefix}' || id FROM {table} WHERE parent_id = ANY (changed)));
             IF newest IS NOT NULL THEN
                 UPDATE {table} SET touched_at = newest WHERE id = ANY (changed) OR parent_id = ANY (changed);
             END IF;"
    )
}
