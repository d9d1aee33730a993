//! What was answered stays, whatever becomes of the process or the disk.

mod death_in_revoking;
mod full_disk;
mod sudden_death;
mod unknown_outcome;

use crate::scenario::block_on;
use libtest_mimic::Trial;

pub fn trials() -> impl Iterator<Item = Trial> {
    let test = |name: &str, run: fn()| {
        Trial::test(format!("durability::{name}"), move || {
            run();
            Ok(())
        })
    };
    [
        test("what_was_answered_survives_sudden_death", || block_on(sudden_death::run())),
        test("a_death_in_revoking_deceives_nobody_else", || block_on(death_in_revoking::run())),
        test("an_unknown_outcome_is_looked_up", || block_on(unknown_outcome::run())),
        test("a_full_disk_loses_nothing_that_was_answered", || block_on(full_disk::run())),
    ]
    .into_iter()
}
