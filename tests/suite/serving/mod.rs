//! The process that serves: what it may use, and how it ends.

mod descriptors;
mod full_disk;
mod signals;

use crate::scenario::block_on;
use libtest_mimic::Trial;

pub fn trials() -> impl Iterator<Item = Trial> {
    let test = |name: &str, run: fn()| {
        Trial::test(format!("serving::{name}"), move || {
            run();
            Ok(())
        })
    };
    [
        test("idle_connections_take_no_descriptor_from_others", || block_on(descriptors::idle())),
        test("management_answers_while_the_public_side_is_full", || block_on(descriptors::full())),
        test("the_soft_limit_of_descriptors_is_raised", || block_on(descriptors::raised())),
        test("it_drains_when_its_terminal_hangs_up", || block_on(signals::hang_up())),
        test("it_goes_on_where_hanging_up_is_ignored", || block_on(signals::ignored())),
        test("what_waits_to_be_accepted_is_answered_at_the_end", || block_on(signals::accept_queue())),
        test("it_is_not_ready_while_its_disk_is_full", || block_on(full_disk::run()))
            .with_ignored_flag(!full_disk::is_possible()),
    ]
    .into_iter()
}
