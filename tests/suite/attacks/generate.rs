//! What somebody does who can write any row: inserts, updates and deletes of null, huge, past, future and copied values.

use super::chance::Chance;
use rusqlite::Connection;

/// A table of the log, and its columns: `i` for integers, `t` for text, `b` for bytes.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, char)],
    /// Of 10,000 cases.
    pub cases: u64,
}

/// Every table that housekeeping of the log reads.
pub const TABLES: &[Table] = &[
    Table {
        name: "security_events",
        columns: &[
            ("id", 't'),
            ("user_id", 't'),
            ("event_type", 't'),
            ("ip_address", 't'),
            ("user_agent", 't'),
            ("metadata", 't'),
            ("created_at", 'i'),
            ("source", 't'),
            ("salt", 'b'),
            ("details_digest", 'b'),
            ("mac", 'b'),
            ("leaf", 'i'),
            ("leaf_hash", 'b'),
        ],
        cases: 4_200,
    },
    Table {
        name: "audit_tree",
        columns: &[("id", 'i'), ("origin", 't'), ("key_id", 'i'), ("size", 'i'), ("frontier", 'b')],
        cases: 800,
    },
    Table { name: "audit_seals", columns: &[("size", 'i'), ("note", 't'), ("sealed_at", 'i')], cases: 1_200 },
    Table { name: "audit_tiles", columns: &[("level", 'i'), ("position", 'i'), ("hash", 'b')], cases: 1_000 },
    Table {
        name: "audit_keys",
        columns: &[
            ("id", 'i'),
            ("public_key", 'b'),
            ("private_key", 'b'),
            ("secret_version", 'i'),
            ("created_at", 'i'),
        ],
        cases: 800,
    },
    Table { name: "audit_hours", columns: &[("hour", 'i'), ("event_type", 't'), ("count", 'i')], cases: 400 },
    Table {
        name: "audit_verification",
        columns: &[
            ("id", 'i'),
            ("from_leaf", 'i'),
            ("size", 'i'),
            ("frontier", 'b'),
            ("last_from", 'i'),
            ("last_to", 'i'),
            ("verified_at", 'i'),
            ("first_bad", 't'),
            ("begun_at", 'i'),
            ("mac", 'b'),
        ],
        cases: 600,
    },
    Table { name: "audit_waiting", columns: &[("id", 'i'), ("since", 'i'), ("mac", 'b')], cases: 200 },
    Table {
        name: "counted_events",
        columns: &[("event_type", 't'), ("why", 't'), ("count", 'i'), ("since", 'i'), ("until", 'i')],
        cases: 400,
    },
    Table {
        name: "leases",
        columns: &[("name", 't'), ("holder", 't'), ("expires_at", 'i'), ("done_at", 'i')],
        cases: 200,
    },
    Table { name: "known_settings", columns: &[("key", 't'), ("value", 't')], cases: 200 },
];

/// The attack of a case, as SQL. It may be refused by the database, and then is none.
pub fn attack(table: &Table, chance: &mut Chance) -> String {
    let name = table.name;
    match chance.below(10) {
        0..=4 => {
            let times = 1 + chance.below(3);
            let set: Vec<String> = (0..times).map(|_| assignment(table, chance)).collect();
            format!("UPDATE {name} SET {} WHERE {}", set.join(", "), some_rows(table, chance))
        }
        5..=7 => {
            let mut columns: Vec<String> =
                table.columns.iter().map(|(column, _)| (*column).to_owned()).collect();
            for _ in 0..=chance.below(4) {
                let at = chance.below(u64::try_from(columns.len()).expect("a length"));
                let at = usize::try_from(at).expect("an index");
                columns[at] = value(table, table.columns[at].1, chance);
            }
            let or = if chance.once_in(3) { "OR REPLACE " } else { "" };
            let names: Vec<&str> = table.columns.iter().map(|(column, _)| *column).collect();
            let from = if chance.once_in(4) {
                let row: Vec<String> =
                    table.columns.iter().map(|(_, kind)| value(table, *kind, chance)).collect();
                format!("VALUES ({})", row.join(", "))
            } else {
                let order = chance.below(1 << 30);
                format!(
                    "SELECT {} FROM {name} ORDER BY {} LIMIT 1",
                    columns.join(", "),
                    shuffled(table, order)
                )
            };
            format!("INSERT {or}INTO {name} ({}) {from}", names.join(", "))
        }
        8 => {
            // Two rows exchange what a column holds.
            let (column, _) = chance.one_of(table.columns);
            let order = shuffled(table, chance.below(1 << 30));
            let pick =
                |at: u64| format!("(SELECT {column} FROM {name} ORDER BY {order} LIMIT 1 OFFSET {at})");
            format!("UPDATE {name} SET {column} = {} WHERE {column} = {}", pick(0), pick(1))
        }
        _ => format!("DELETE FROM {name} WHERE {}", some_rows(table, chance)),
    }
}

/// An order that looks like chance, and is the same each time.
fn shuffled(table: &Table, seed: u64) -> String {
    let (first, _) = table.columns[0];
    format!("(unicode(substr(hex({first}), -1)) * 7919 + length({first}) * 31 + {seed}) % 61, hex({first})")
}

fn some_rows(table: &Table, chance: &mut Chance) -> String {
    let (first, _) = table.columns[0];
    let name = table.name;
    let one = |chance: &mut Chance| {
        let offset = chance.below(500);
        format!(
            "{first} = (SELECT {first} FROM {name} ORDER BY {first} LIMIT 1 OFFSET {offset} % max(1, (SELECT count(*) FROM {name})))"
        )
    };
    if table.name == "security_events" {
        return match chance.below(20) {
            0 => "1 = 1".to_owned(),
            1 => format!("leaf >= {}", 256 + chance.below(500)),
            2 => format!("leaf % 256 = {}", chance.below(256)),
            3..=5 => "leaf IS NULL".to_owned(),
            6 | 7 => "event_type IN ('events_pruned', 'details_erased', 'audit_begun') AND leaf IS NOT NULL"
                .to_owned(),
            8..=12 => format!("leaf = {}", 256 + chance.below(450)),
            _ => one(chance),
        };
    }
    if chance.once_in(6) { "1 = 1".to_owned() } else { one(chance) }
}

fn assignment(table: &Table, chance: &mut Chance) -> String {
    let (column, kind) = chance.one_of(table.columns);
    format!("{column} = {}", value(table, *kind, chance))
}

/// Null, huge, past, future, copied, and what the service itself would write.
fn value(table: &Table, kind: char, chance: &mut Chance) -> String {
    if chance.once_in(3) {
        let same: Vec<&str> =
            table.columns.iter().filter(|(_, of)| *of == kind).map(|(column, _)| *column).collect();
        let column = chance.one_of(&same);
        let order = shuffled(table, chance.below(1 << 30));
        return format!(
            "(SELECT {column} FROM {} ORDER BY {order} LIMIT 1 OFFSET {})",
            table.name,
            chance.below(20)
        );
    }
    let of: &[&str] = match kind {
        'i' => INTEGERS,
        't' => TEXTS,
        _ => BYTES,
    };
    (*chance.one_of(of)).to_owned()
}

const INTEGERS: &[&str] = &[
    "NULL",
    "0",
    "1",
    "-1",
    "5",
    "256",
    "300",
    "512",
    "699",
    "1000000000000",
    "9223372036854775807",
    "-9223372036854775808",
    "4294967296",
    "1700000000000",
    "1769904000000",
    "4000000000000",
    "(SELECT size FROM audit_tree)",
    "(SELECT size + 1 FROM audit_tree)",
    "(SELECT size - 1 FROM audit_tree)",
];

const TEXTS: &[&str] = &[
    "NULL",
    "''",
    "'x'",
    "char(0)",
    "CAST(x'ff' AS TEXT)",
    "CAST(zeroblob(100000) AS TEXT)",
    "CAST(x'c3' || zeroblob(35) AS TEXT)",
    "'00000000-0000-7000-8000-000000000000'",
    "'ffffffff-ffff-7fff-bfff-ffffffffffff'",
    "'01900000-0000-7000-8000-0000000000aa'",
    "'no JSON'",
    "'[]'",
    "'{\"below\":512,\"root\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}'",
    "'{\"below\":768}'",
    "'{\"leaves\":[[256,700]],\"root\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}'",
    "'{\"origin\":\"bank.example/audit/0\",\"follows\":\"\"}'",
    "(SELECT metadata FROM security_events WHERE event_type = 'events_pruned')",
    "(SELECT metadata FROM security_events WHERE event_type = 'details_erased')",
    "'events_pruned'",
    "'details_erased'",
    "'audit_begun'",
    "'audit_key_rotated'",
    "'events_forged'",
    "'login_success'",
    "'account_deleted'",
    "'lost'",
    "'coalesced'",
    "'maintenance'",
    "'bank.example/audit/0'",
    "(SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1)",
    "(SELECT note FROM audit_seals ORDER BY size LIMIT 1)",
];

const BYTES: &[&str] = &[
    "NULL",
    "x''",
    "x'00'",
    "zeroblob(31)",
    "zeroblob(32)",
    "zeroblob(36)",
    "zeroblob(100000)",
    "CAST(x'00000001' || zeroblob(32) AS BLOB)",
    "CAST(x'00000063' || zeroblob(32) AS BLOB)",
    "(SELECT frontier FROM audit_tree)",
    "(SELECT public_key FROM audit_keys LIMIT 1)",
    "(SELECT private_key FROM audit_keys LIMIT 1)",
];

/// Does it, if the database lets it. Constraints that any connection may ignore are ignored.
pub fn run(database: &Connection, sql: &str) -> bool {
    database.execute(sql, []).is_ok_and(|rows| rows > 0)
}
