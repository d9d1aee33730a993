//! Every runner, by its kind.

use super::{
    Hooks, Runner, Settings, binary, host,
    nodes::Nodes,
    postgres::{self, Postgres},
    spin, spin_up, typed,
};
use crate::{need::Need, repository::root};
use mana_auth::clock::TestClock;
use std::{path::Path, sync::Arc};

/// The runners that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunnerKind {
    /// The library, in this process. Answers that could be given again are made anew, and compared.
    Host,
    /// The same, giving answers again.
    Again,
    /// The same, asked by type wherever an interface has a function.
    Typed,
    /// The library over PostgreSQL.
    Postgres,
    /// The same twice, on one database: each request goes to one of the two.
    Nodes,
    /// The program, spawned.
    Binary,
    /// The composition for Spin, in this process.
    Spin,
    /// The same over PostgreSQL.
    SpinPostgres,
    /// The same on the real Spin, spawned.
    SpinUp,
}

impl RunnerKind {
    /// Those that run here; or, where the environment asks for the real Spin, that one alone.
    pub fn chosen() -> Vec<Self> {
        if std::env::var_os("MANA_TEST_SPIN").is_some() {
            return vec![Self::SpinUp];
        }
        let mut chosen = vec![Self::Host, Self::Again, Self::Typed, Self::Binary, Self::Spin];
        if postgres::is_here() {
            chosen.extend([Self::Postgres, Self::Nodes, Self::SpinPostgres]);
        }
        chosen
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Again => "again",
            Self::Typed => "typed",
            Self::Postgres => "postgres",
            Self::Nodes => "nodes",
            Self::Binary => "binary",
            Self::Spin => "spin",
            Self::SpinPostgres => "spin-postgres",
            Self::SpinUp => "spin-up",
        }
    }

    /// Whether a scenario with this need can run here.
    pub const fn provides(self, need: Need) -> bool {
        match need {
            Need::Clock => matches!(
                self,
                Self::Host
                    | Self::Again
                    | Self::Typed
                    | Self::Postgres
                    | Self::Nodes
                    | Self::Spin
                    | Self::SpinPostgres
            ),
            Need::Passwords | Need::Postman => matches!(self, Self::Host | Self::Again | Self::Typed),
            Need::Management | Need::Start => {
                matches!(self, Self::Host | Self::Again | Self::Typed | Self::Postgres | Self::Binary)
            }
            Need::Commands | Need::Files => {
                matches!(self, Self::Host | Self::Again | Self::Typed | Self::Binary)
            }
            Need::Mail => !matches!(self, Self::SpinUp),
            Need::MailApi => matches!(self, Self::Spin | Self::SpinPostgres),
            Need::OwnSecret => matches!(self, Self::Binary),
            Need::OneAddress => matches!(self, Self::Spin | Self::SpinPostgres | Self::SpinUp),
            Need::Sqlite => !matches!(self, Self::Postgres | Self::Nodes | Self::SpinPostgres),
        }
    }

    /// Whether the scenarios of this file are told against it.
    pub fn tells(self, file: &str) -> bool {
        match self {
            Self::Again => host::GIVEN_AGAIN.contains(&file),
            Self::Typed => typed::FILES.contains(&file),
            Self::Nodes | Self::SpinPostgres => {
                std::env::var_os("MANA_TEST_LONG").is_some() || postgres::REPRESENTATIVE.contains(&file)
            }
            _ => true,
        }
    }

    /// Starts a service on the data in this folder, with this clock where tests can move one.
    pub async fn start(
        self,
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        hooks: Hooks,
    ) -> Result<Box<dyn Runner>, String> {
        Ok(match self {
            Self::Host => Box::new(host::Host::start(data, settings, clock, hooks).await?),
            Self::Again => {
                let hooks = Hooks { gives_answers_again: true, ..hooks };
                Box::new(host::Host::start(data, settings, clock, hooks).await?)
            }
            Self::Typed => Box::new(typed::Typed::start(data, settings, clock, hooks).await?),
            Self::Postgres => {
                let postgres = Some(Postgres::open(data).await);
                Box::new(host::Host::start(data, settings, clock, Hooks { postgres, ..hooks }).await?)
            }
            Self::Nodes => Box::new(Nodes::start(data, settings, clock, Postgres::open(data).await).await?),
            Self::Binary => Box::new(binary::Binary::start(&[], data, settings)?),
            Self::Spin => Box::new(spin::Spin::start(data, settings, clock, None).await),
            Self::SpinPostgres => {
                let postgres = Some(Postgres::open(data).await);
                Box::new(spin::Spin::start(data, settings, clock, postgres).await)
            }
            Self::SpinUp => Box::new(spin_up::SpinUp::start(data, &root().join("spin.toml"), settings).await),
        })
    }
}
