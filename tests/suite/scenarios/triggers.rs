//! Every column that an answer asserts: to change it by hand, whichever way, is noticed. A column that is added later is
//! either noticed or stands here.

use crate::{
    scenarios,
    service::{Service, Stage},
};

scenarios![of_users needs Start Sqlite, of_sessions needs Start Sqlite, of_keys needs Start Sqlite, a_longer_life_counts_as_none needs Start];

/// What no answer asserts: reasons for people, counters that guard changes, when something was last used.
const UNASSERTED: &[&str] = &[
    "users.ban_reason",
    "users.credential_version",
    "users.language",
    "sessions.last_activity_at",
    "sessions.touched_at",
    "jwks.private_key",
    "jwks.secret_version",
    "jwks.created_at",
];

/// A value that differs from the present one, where it isn't simply the next number or a longer text.
fn other_value(column: &str, kind: &str) -> String {
    match (column, kind) {
        ("role", _) => "'admin'".to_owned(),
        ("email_verified" | "banned" | "remember_me", _) => format!("1 - {column}"),
        ("user_id", _) => "(SELECT other.id FROM users other WHERE other.id <> user_id)".to_owned(),
        ("parent_id", _) => "(SELECT other.id FROM sessions other WHERE other.id <> sessions.id)".to_owned(),
        // A shorter life: a longer one leaves what was answered true.
        ("expires_at", _) => "expires_at - 1".to_owned(),
        (_, "INTEGER") => format!("coalesce({column}, 0) + 1"),
        (_, "BLOB") => format!("CAST('x' || coalesce({column}, '') AS BLOB)"),
        _ => format!("'x' || coalesce({column}, '')"),
    }
}

async fn every_column_of(stage: Stage, table: &str, row: &str) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.register("bob@example.org").await;
    for _ in 0..2 {
        service.sign_in("ana@example.org").await;
    }
    let database = service.database();
    database.pragma_update(None, "foreign_keys", false).expect("ids may change here");
    let mut columns = database.prepare("SELECT name, type FROM pragma_table_info(?1)").expect("columns");
    let columns = columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?))).expect("columns");
    let columns: Vec<(String, String)> = columns.map(|column| column.expect("a column")).collect();
    assert!(columns.len() > 5, "{columns:?}");
    for (column, kind) in columns {
        let newest = || service.number("SELECT max(id) FROM invalidations");
        let before = newest();
        let value = other_value(&column, &kind);
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE rowid = ({row})");
        // Undone, so that each column is looked at alone.
        database.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        assert_eq!(database.execute(&sql, []).unwrap_or_else(|error| panic!("{sql}: {error}")), 1, "{sql}");
        let noticed: i64 =
            database.query_row("SELECT max(id) FROM invalidations", [], |row| row.get(0)).expect("a number");
        database.execute_batch("ROLLBACK").expect("undone");
        assert_eq!(noticed > before, !UNASSERTED.contains(&format!("{table}.{column}").as_str()), "{sql}");
        // What changes nothing is no change.
        let same = format!("UPDATE {table} SET {column} = {column} WHERE rowid = ({row})");
        database.execute(&same, []).unwrap_or_else(|error| panic!("{same}: {error}"));
        assert_eq!(newest(), before, "{same}");
    }
}

async fn of_users(stage: Stage) {
    every_column_of(stage, "users", "SELECT min(rowid) FROM users").await;
}

async fn of_sessions(stage: Stage) {
    every_column_of(stage, "sessions", "SELECT min(rowid) FROM sessions").await;
}

async fn of_keys(stage: Stage) {
    every_column_of(stage, "jwks", "SELECT min(rowid) FROM jwks").await;
}

async fn a_longer_life_counts_as_none(stage: Stage) {
    let service: Service = stage.start().await;
    service.someone().await;
    let before = service.number("SELECT max(id) FROM invalidations");
    service.sql("UPDATE sessions SET expires_at = expires_at + 1");
    assert_eq!(service.number("SELECT max(id) FROM invalidations"), before);
}
