//! Every key of the configuration.

mod recovery;
mod service;

use crate::key::ConfigKey;

const COUNT: usize = service::KEYS.len() + recovery::KEYS.len();

#[allow(clippy::indexing_slicing, reason = "a constant: the compiler computes it")]
const ALL: [ConfigKey; COUNT] = {
    let mut all = [service::KEYS[0]; COUNT];
    let mut index = 0;
    while index < COUNT {
        all[index] = match index.checked_sub(service::KEYS.len()) {
            None => service::KEYS[index],
            Some(index) => recovery::KEYS[index],
        };
        index += 1;
    }
    all
};

/// Every key, in the order in which people read them.
pub const KEYS: &[ConfigKey] = &ALL;
