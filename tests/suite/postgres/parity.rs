//! The triggers of the two dialects: whatever is changed by hand is reported alike.

use crate::{
    runner::{RunnerKind, postgres::Postgres},
    service::Stage,
};
use mana_auth::random::{Random as _, SeededRandom};
use std::collections::BTreeSet;

/// So many statements, of which some are refused.
const STATEMENTS: usize = 10_000;

pub async fn changes_are_reported_as_on_sqlite() {
    let on_sqlite = Stage::new(RunnerKind::Host).start().await;
    let sqlite = on_sqlite.database();
    sqlite.execute_batch("PRAGMA synchronous = OFF").expect("a pragma");
    let on_server = Stage::new(RunnerKind::Postgres).start().await;
    let server = on_server.postgres();
    let dice = Dice(SeededRandom::new(18));
    let (mut reported, mut refused) = (0, 0);
    for _ in 0..STATEMENTS {
        let sql = dice.statement();
        // Of versions, whether they rise counts, not how far.
        let even = "UPDATE users SET credential_version = 0";
        sqlite.execute(even, []).expect(even);
        server.change(even);
        let before = (last_of(&sqlite), server.number("SELECT last FROM positions"));
        let one = sqlite.execute(&sql.replace("{blob}", "x'00'"), []).ok();
        let other = server.try_change(&sql.replace("{blob}", "'\\x00'::bytea")).await.ok();
        // SQLite does not count what went with a row before its turn came.
        let rows = |rows: Option<u64>| if sql.starts_with("DELETE") { rows.map(|_| 0) } else { rows };
        assert_eq!(rows(one.map(|rows| rows as u64)), rows(other), "{sql}");
        let told = (subjects_of(&sqlite, before.0), subjects(&server, before.1).await);
        assert_eq!(told.0, told.1, "{sql}");
        reported += told.0.len();
        refused += usize::from(one.is_none());
        for sum in SUMS {
            let of_sqlite: i64 = sqlite.query_row(sum, [], |row| row.get(0)).expect(sum);
            assert_eq!(of_sqlite, server.number(sum), "{sum} after {sql}");
        }
    }
    assert!(reported > STATEMENTS / 10 && refused > 100, "{reported} reported, {refused} refused");
}

/// What else must be the same.
const SUMS: [&str; 4] = [
    "SELECT count(*) FROM sessions",
    "SELECT count(*) FROM sessions WHERE touched_at > 0",
    "SELECT count(*) FROM users WHERE credential_version > 0",
    "SELECT count(*) FROM accounts",
];

fn last_of(sqlite: &rusqlite::Connection) -> i64 {
    sqlite.query_row("SELECT last FROM positions", [], |row| row.get(0)).expect("a position")
}

fn subjects_of(sqlite: &rusqlite::Connection, after: i64) -> BTreeSet<String> {
    let mut statement =
        sqlite.prepare_cached("SELECT subject FROM invalidations WHERE id > ?1").expect("a query");
    let found = statement.query_map([after], |row| row.get(0)).expect("rows");
    found.collect::<Result<_, _>>().expect("subjects")
}

async fn subjects(server: &Postgres, after: i64) -> BTreeSet<String> {
    let sql = format!("SELECT subject FROM invalidations WHERE id > {after}");
    server.texts(&sql).await.into_iter().collect()
}

struct Dice(SeededRandom);

impl Dice {
    fn below(&self, bound: u32) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes).expect("chance");
        u32::from_be_bytes(bytes) % bound
    }

    fn one_of<'a>(&self, all: &[&'a str]) -> &'a str {
        all[self.below(u32::try_from(all.len()).expect("a few")) as usize]
    }

    /// Some of a few rows.
    fn some(&self, prefix: char) -> String {
        match self.below(4) {
            0 => format!("id < '{prefix}{}'", self.below(6)),
            1 => "id IS NOT NULL".to_owned(),
            _ => format!("id = '{prefix}{}'", self.below(6)),
        }
    }

    fn statement(&self) -> String {
        let (n, m, k) = (self.below(6), self.below(6), self.below(4));
        match self.below(16) {
            0 | 1 => format!(
                "INSERT INTO users (id, email, name, created_at, updated_at) VALUES ('u{n}', 'e{m}', 'n', 1, 1)"
            ),
            2..=4 => {
                let set = self.one_of(&[
                    "name = 'a'",
                    "name = 'b'",
                    "email = 'e1'",
                    "email = 'e2'",
                    "role = 'admin'",
                    "role = 'user'",
                    "role = 'none'",
                    "banned = true",
                    "banned = false",
                    "ban_expires = 5",
                    "ban_expires = NULL",
                    "email_verified = true",
                    "updated_at = updated_at + 1",
                    "language = 'de'",
                    "ban_reason = 'x'",
                    "app_metadata = '{}'",
                    "app_metadata = '{\"a\":1}'",
                    "id = 'u5'",
                    "name = name",
                ]);
                format!("UPDATE users SET {set} WHERE {}", self.some('u'))
            }
            5 => format!(
                "DELETE FROM users WHERE {}",
                if k == 0 { self.some('u') } else { format!("id = 'u{n}'") }
            ),
            6..=8 => {
                let parent = if k == 0 { format!("'s{}'", self.below(6)) } else { "NULL".to_owned() };
                format!(
                    "INSERT INTO sessions (id, user_id, remember_me, last_activity_at, created_at, expires_at, absolute_expires_at, not_before, auth_time, amr, parent_id, origin)
                     VALUES ('s{n}', 'u{m}', false, 1, 1, 9, 9, 1, 1, 'pwd', {parent}, 'o{k}')"
                )
            }
            9..=11 => {
                let set = self.one_of(&[
                    "expires_at = 5",
                    "expires_at = 9",
                    "expires_at = 12",
                    "last_activity_at = 7",
                    "not_before = 3",
                    "not_before = 1",
                    "user_agent = 'a'",
                    "user_agent = NULL",
                    "remember_me = true",
                    "remember_me = false",
                    "user_id = 'u1'",
                    "parent_id = NULL",
                    "parent_id = 's1'",
                    "origin = 'o9'",
                    "amr = 'mail'",
                    "touched_at = touched_at",
                ]);
                format!("UPDATE sessions SET {set} WHERE {}", self.some('s'))
            }
            12 => format!("DELETE FROM sessions WHERE {}", self.some('s')),
            13 => format!(
                "INSERT INTO accounts (id, user_id, provider_id, account_id, created_at, updated_at) VALUES ('a{n}', 'u{m}', 'credential', 'u{m}', 1, 1)"
            ),
            14 => match k {
                0 => format!("DELETE FROM accounts WHERE {}", self.some('a')),
                _ => format!(
                    "UPDATE accounts SET {} WHERE {}",
                    self.one_of(&[
                        "password = 'x'",
                        "password = 'y'",
                        "password = NULL",
                        "updated_at = 2",
                        "user_id = 'u2'"
                    ]),
                    self.some('a')
                ),
            },
            _ => match k {
                0 => format!("DELETE FROM jwks WHERE id = 'k{n}'"),
                1 => format!(
                    "UPDATE jwks SET {} WHERE id = 'k{n}'",
                    self.one_of(&[
                        "revoked_at = 5",
                        "revoked_at = NULL",
                        "signs_from = 7",
                        "secret_version = 3"
                    ])
                ),
                _ => format!(
                    "INSERT INTO jwks (id, public_key, private_key, secret_version, created_at, signs_from) VALUES ('k{n}', {{blob}}, {{blob}}, 1, 1, 1)"
                ),
            },
        }
    }
}

/// Whatever is deleted by hand, what comes then has a position of its own.
pub async fn positions_are_never_given_twice() {
    let service = Stage::new(RunnerKind::Postgres).start().await;
    let database = service.postgres();
    let ana = service.someone().await;
    let last = || database.number("SELECT last FROM positions");
    let before = last();
    assert!(before > 0);
    service.sql("DELETE FROM invalidations");
    assert_eq!((last(), service.number("SELECT count(*) FROM invalidations")), (before, 1));
    assert!(database.try_change("TRUNCATE invalidations").await.is_err());
    service.sql("UPDATE users SET name = 'Ann'");
    assert_eq!(last(), before + 1);
    assert_eq!(ana.client.get("/session").await.ok()["user"]["name"], "Ann");
}
