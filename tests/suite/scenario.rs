//! Scenarios, and how each becomes one named test for every runner.

use crate::{runner::Kind, scenarios, service::Stage};
use futures::future::BoxFuture;
use libtest_mimic::{Failed, Trial};

/// What a scenario can't do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A clock that it can move.
    Clock,
    /// Password hashing that it can count and hold up.
    Passwords,
    /// The program's commands, on the same data.
    Commands,
    /// The same, and a secret that it makes for itself.
    OwnSecret,
    /// Files of the operator's, and an owner of those that it makes.
    Files,
    /// An address of its own for health and metrics.
    Management,
    /// A start, which can be refused.
    Start,
    /// One address for everything.
    OneAddress,
}

impl Need {
    /// Why a scenario is left out where this is not.
    const fn lacking(self) -> &'static str {
        match self {
            Self::Clock => "no clock to move",
            Self::Passwords => "no password hashing to hold up",
            Self::Commands => "no commands beside it",
            Self::OwnSecret => "no secret of its own making",
            Self::Files => "no files of the operator's",
            Self::Management => "no management address",
            Self::Start => "no start that could be refused",
            Self::OneAddress => "a management address of its own",
        }
    }
}

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
            needs: &[$($($crate::scenario::Need::$need),+)?],
            run: |stage| Box::pin($name(stage)),
        }),+];
    };
}

/// Every scenario as a test for this runner.
pub fn trials(kind: Kind) -> impl Iterator<Item = Trial> {
    scenarios::ALL
        .iter()
        .filter(move |(file, _)| kind.tells(file))
        .flat_map(move |(file, scenarios)| scenarios.iter().map(move |scenario| trial(kind, file, scenario)))
}

fn trial(kind: Kind, file: &str, scenario: &'static Scenario) -> Trial {
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
