//! Tests about the repository itself.

pub mod arrows;
mod artefact;
mod handlers;
mod manifest;
mod operations;
mod packages;
mod secrets;
mod sources;

use libtest_mimic::Trial;

pub fn trials() -> impl Iterator<Item = Trial> {
    let tests: [(&str, fn()); 21] = [
        ("modules_need_what_is_below_them", arrows::layers),
        ("rows_are_their_domain_s_own", arrows::rows),
        ("sql_stands_in_rows_alone", arrows::sql),
        ("no_domain_is_shaped_by_a_face", arrows::faces),
        ("the_clock_is_read_once_for_a_call", arrows::clock),
        ("no_files_need_each_other", arrows::circles),
        ("handlers_take_a_guard", handlers::guarded),
        ("the_interface_of_the_component_is_this", artefact::component),
        ("the_interface_of_the_verifier_imports_nothing", artefact::verifier),
        ("the_interfaces_of_compositions_are_these", artefact::compositions),
        ("the_manifest_for_spin_knows_every_key", manifest::variables),
        ("the_artefacts_are_newer_than_their_sources", artefact::artefacts_are_fresh),
        ("the_program_is_newer_than_its_sources", artefact::program_is_fresh),
        ("alerts_and_dashboard_ask_for_what_is_told", operations::metrics),
        ("unsafe_code_is_where_it_must_be", sources::unsafe_code),
        ("no_file_has_two_ideas", sources::lengths),
        ("the_component_has_no_ambient_anything", sources::ambient),
        ("every_package_has_the_lints", packages::lints),
        ("secrets_are_compared_in_constant_time", secrets::comparisons),
        ("secrets_cannot_be_compared_or_printed", secrets::types),
        ("the_tests_do_not_sleep", sources::sleepers),
    ];
    tests.into_iter().map(|(name, run)| {
        Trial::test(format!("house::{name}"), move || {
            run();
            Ok(())
        })
    })
}
