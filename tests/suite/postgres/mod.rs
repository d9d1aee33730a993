//! What holds of a PostgreSQL alone.

mod audit;
mod by_hand;
mod copy;
mod parity;
mod roles;
mod servers;
mod statements;
mod views;
mod waits;

use crate::{runner::postgres, scenario::block_on};
use libtest_mimic::Trial;

/// A test of its own.
type Told = (&'static str, fn());

const TESTS: [Told; 19] = [
    ("every_statement_is_prepared", statements::every_statement_is_prepared),
    ("changes_are_reported_as_on_sqlite", || block_on(parity::changes_are_reported_as_on_sqlite())),
    ("positions_are_never_given_twice", || block_on(parity::positions_are_never_given_twice())),
    ("what_operators_ask_is_right_and_read_from_an_index", || block_on(views::what_operators_ask())),
    ("a_role_that_serves_can_do_no_more", || block_on(roles::a_role_that_serves_can_do_no_more())),
    ("what_was_answered_survives_a_server", || block_on(servers::what_was_answered_survives_a_server())),
    ("what_was_answered_survives_the_database", || {
        block_on(servers::what_was_answered_survives_the_database())
    }),
    ("nobody_reads_an_ended_session", || block_on(servers::nobody_reads_an_ended_session())),
    ("a_server_that_stopped_believes_nothing_of_before", || {
        block_on(servers::a_server_that_stopped_believes_nothing_of_before());
    }),
    ("a_stopped_writer_holds_nobody_up_for_long", || {
        block_on(servers::a_stopped_writer_holds_nobody_up_for_long());
    }),
    ("people_stay_signed_in_on_the_server_that_they_are_copied_to", || {
        block_on(copy::people_stay_signed_in_on_the_server_that_they_are_copied_to());
    }),
    ("a_table_that_is_emptied_ends_what_was_issued", || {
        block_on(by_hand::a_table_that_is_emptied_ends_what_was_issued());
    }),
    ("a_session_that_replicates_reports_too", || block_on(by_hand::a_session_that_replicates_reports_too())),
    ("no_transaction_of_others_fills_the_table_of_locks", || {
        block_on(by_hand::no_transaction_of_others_fills_the_table_of_locks());
    }),
    ("no_crash_gives_a_position_again", || block_on(by_hand::no_crash_gives_a_position_again())),
    ("json_with_a_nul_is_read", || block_on(by_hand::json_with_a_nul_is_read())),
    ("no_request_waits_for_the_database_more_often_than_it_must", || {
        block_on(waits::no_request_waits_for_the_database_more_often_than_it_must());
    }),
    ("clocks_ten_seconds_apart_change_nothing", || {
        block_on(servers::clocks_ten_seconds_apart_change_nothing())
    }),
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
