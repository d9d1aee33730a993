//! Every key of the configuration.

mod database;
mod recovery;
mod service;
mod spin;

use crate::key::ConfigKey;

const TABLES: [&[ConfigKey]; 4] = [service::KEYS, database::KEYS, recovery::KEYS, spin::KEYS];
const COUNT: usize = service::KEYS.len() + database::KEYS.len() + recovery::KEYS.len() + spin::KEYS.len();

#[allow(clippy::indexing_slicing, reason = "a constant: the compiler computes it")]
const ALL: [ConfigKey; COUNT] = {
    let mut all = [service::KEYS[0]; COUNT];
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            all[count] = TABLES[table][row];
            count += 1;
            row += 1;
        }
        table += 1;
    }
    all
};

/// Every key, in the order in which people read them.
pub const KEYS: &[ConfigKey] = &ALL;
