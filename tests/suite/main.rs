//! Black-box suites against the real component.
//!
//! A scenario is an async function that starts the service as it needs it and talks to it over HTTP. It runs
//! once for every runner: `host` (in this process, with a clock that tests move), `typed` (the same, asked by its functions
//! where there are any), `binary` (the program, spawned) and `spin`. What a runner lacks, a scenario says in `needs`; it is then listed there as left out.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod attacks;
mod client;
mod durability;
mod embedded;
mod eventually;
mod examples;
mod house;
mod jwt;
mod need;
mod postgres;
mod process;
mod refusals;
mod repository;
mod runner;
mod scenario;
mod scenarios;
mod service;
mod serving;
mod shape;
mod slow_body;
mod vault;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> =
        runner::RunnerKind::chosen().iter().flat_map(|kind| scenarios::trials(*kind)).collect();
    let left_out = trials.iter().filter(|trial| trial.has_ignored_flag()).count();
    trials.extend(attacks::trials());
    trials.extend(durability::trials());
    trials.extend(embedded::trials());
    trials.extend(examples::trials());
    trials.extend(serving::trials());
    trials.extend(slow_body::trials());
    trials.extend(house::trials());
    trials.extend(postgres::trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    if left_out > 0 && !arguments.list && !arguments.quiet {
        println!(
            "{left_out} scenarios are left out where they can't run; the reason stands in their brackets"
        );
    }
    conclusion.exit_code()
}
