//! What holds of a PostgreSQL alone.

mod audit;
mod parity;
mod roles;
mod statements;
mod views;

use crate::{runner::postgres, scenario::block_on};
use libtest_mimic::Trial;

/// A test of its own.
type Told = (&'static str, fn());

const TESTS: [Told; 6] = [
    ("every_statement_is_prepared", statements::every_statement_is_prepared),
    ("changes_are_reported_as_on_sqlite", || block_on(parity::changes_are_reported_as_on_sqlite())),
    ("positions_are_never_given_twice", || block_on(parity::positions_are_never_given_twice())),
    ("what_operators_ask_is_right_and_read_from_an_index", || block_on(views::what_operators_ask())),
    ("a_role_that_serves_can_do_no_more", || block_on(roles::a_role_that_serves_can_do_no_more())),
    ("the_audit_log_is_verified_from_the_server", || block_on(audit::it_is_verified_from_the_server())),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    TESTS.into_iter().map(|(name, told)| {
        let trial = Trial::test(format!("postgres::{name}"), move || {
            told();
            Ok(())
        });
        let reason = "left out: no PostgreSQL 15";
        if postgres::is_here() { trial } else { trial.with_kind(reason).with_ignored_flag(true) }
    })
}
