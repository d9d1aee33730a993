//! A scenario, and how it becomes one named test for every runner.

use crate::{need::Need, runner::RunnerKind, service::Stage};
use futures::future::BoxFuture;
use libtest_mimic::{Failed, Trial};

/// One story, told against a service of its own.
pub struct Scenario {
    pub name: &'static str,
    pub needs: &'static [Need],
    pub run: fn(Stage) -> BoxFuture<'static, ()>,
}

/// Registers the scenarios of a file. One that is written but not registered is dead code, which is denied.
#[macro_export]
macro_rules! scenarios {
    ($($name:ident $(needs $($need:ident)+)?),+ $(,)?) => {
        pub const SCENARIOS: &[$crate::scenario::Scenario] = &[$($crate::scenario::Scenario {
            name: stringify!($name),
            needs: &[$($($crate::need::Need::$need),+)?],
            run: |stage| Box::pin($name(stage)),
        }),+];
    };
}

/// A scenario as a test for this runner.
pub fn trial(kind: RunnerKind, file: &str, scenario: &'static Scenario) -> Trial {
    let name = format!("{}::{file}::{}", kind.name(), scenario.name);
    match scenario.needs.iter().find(|need| !kind.provides(**need)) {
        Some(need) => {
            let reason = format!("left out: {}", need.lacking());
            let failure = Failed::from(reason.clone());
            Trial::test(name, move || Err(failure)).with_kind(reason).with_ignored_flag(true)
        }
        None => Trial::test(name, move || {
            block_on((scenario.run)(Stage::new(kind)));
            Ok(())
        }),
    }
}

/// Runs a future to its end on a runtime of its own, so that no scenario sees another's tasks.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("a runtime").block_on(future)
}
