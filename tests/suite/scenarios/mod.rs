//! The scenarios, one file per resource of the contract. A file in this folder is one of them.

#![deny(dead_code, reason = "a scenario that is not registered would never run")]

use crate::{runner::RunnerKind, scenario::trial};
use libtest_mimic::Trial;

// Made by `build.rs`: a module for each file of this folder, and `ALL`, every file's scenarios.
include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Every scenario as a test for this runner.
pub fn trials(kind: RunnerKind) -> impl Iterator<Item = Trial> {
    ALL.iter()
        .filter(move |(file, _)| kind.tells(file))
        .flat_map(move |(file, scenarios)| scenarios.iter().map(move |scenario| trial(kind, file, scenario)))
}
