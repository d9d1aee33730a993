//! Whoever can write any row of the log, at any time, and has no secret: ten thousand attacks by chance, each repeated by its seed and
//! number alone.
//!
//! Each is done to a copy, which is then verified from outside: it must be told exactly where what is authenticated has changed. And,
//! several to one copy, to a service that goes on: it must go on sealing, and drop, destroy, hide or call intact nothing.
//!
//! `MANA_TEST_ATTACKS` says how many, `MANA_TEST_SEED` by which seed.

mod chance;
mod copies;
mod generate;
mod prepared;
mod services;
mod signed_view;

use crate::scenario::block_on;
use generate::TABLES;
use libtest_mimic::Trial;
use prepared::Prepared;
use std::sync::OnceLock;

const CASES: u64 = 10_000;
const SEED: u64 = 20_261_128;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

pub fn trials() -> impl Iterator<Item = Trial> {
    TABLES.iter().flat_map(|table| {
        let seed = number("MANA_TEST_SEED", SEED);
        let cases = table.cases * number("MANA_TEST_ATTACKS", CASES) / CASES;
        [
            Trial::test(format!("attacks::on_copies::{}", table.name), move || {
                copies::run(prepared(), table, seed, cases);
                Ok(())
            }),
            Trial::test(format!("attacks::on_a_service::{}", table.name), move || {
                block_on(services::run(prepared(), table, seed, cases));
                Ok(())
            }),
        ]
    })
}

fn prepared() -> &'static Prepared {
    static PREPARED: OnceLock<Prepared> = OnceLock::new();
    PREPARED.get_or_init(|| block_on(Prepared::new()))
}
