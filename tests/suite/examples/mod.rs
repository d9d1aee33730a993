//! The three ways in which an app on the same Spin uses the service (`examples/spin-app/`), in this process, or on the
//! real Spin where the environment asks for it; and what is said where something is wrong.

mod application;
mod guarded;
mod max_age;
mod misconfigured;
mod over_http;
mod pages;
mod typed;

use crate::{runner::RunnerKind, scenario::block_on};
use application::Application;
use libtest_mimic::Trial;

pub fn trials() -> impl Iterator<Item = Trial> {
    let kind = *RunnerKind::chosen().last().expect("a runner");
    let all =
        [over_http::TESTS, pages::TESTS, typed::TESTS, guarded::TESTS, max_age::TESTS].into_iter().flatten();
    let examples = all.map(move |(name, test)| {
        Trial::test(format!("{}::examples::{name}", kind.name()), move || {
            block_on(async { test(Application::start(kind).await).await });
            Ok(())
        })
    });
    examples.chain(misconfigured::trials())
}
