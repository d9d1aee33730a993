//! Two servers in this process, which share a PostgreSQL and nothing else.

use super::{Hooks, Runner, Settings, host::Host, postgres::Postgres};
use futures::future::BoxFuture;
use mana_auth::clock::TestClock;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// They answer alike, so it is asked the one or the other.
pub struct Nodes {
    one: Host,
    other: Host,
}

impl Nodes {
    /// Starts both; or why they don't start.
    pub async fn start(
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        postgres: Arc<Postgres>,
    ) -> Result<Self, String> {
        let hooks = Hooks { postgres: Some(postgres), ..Hooks::default() };
        let one = Host::start(data, settings, clock.clone(), hooks.clone()).await?;
        let other = Host::start(data, &of_other(data, settings), clock, hooks).await?;
        Ok(Self { one, other })
    }
}

/// Mails lie in one folder, so that a test finds them; checkpoints are each server's own.
fn of_other(data: &Path, settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let kept = data.join("other-checkpoints").to_string_lossy().into_owned();
    settings.entry("audit_checkpoint_file".to_owned()).or_insert(kept);
    settings
}

impl Runner for Nodes {
    fn base_url(&self) -> String {
        self.one.base_url()
    }

    fn base_urls(&self) -> Vec<String> {
        vec![self.one.base_url(), self.other.base_url()]
    }

    fn management_url(&self) -> String {
        self.one.management_url()
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        self.one.clock()
    }

    /// Whichever comes first does it.
    fn tick(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.other.tick().await;
            self.one.tick().await;
        })
    }

    fn database(&self) -> PathBuf {
        self.one.database()
    }

    fn postgres(&self) -> Option<Arc<Postgres>> {
        self.one.postgres()
    }

    fn log(&self) -> String {
        String::new()
    }

    fn stop(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.one.stop().await;
            self.other.stop().await;
        })
    }

    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            let settings_of_other = of_other(&self.one.data(), settings);
            self.one.restart(settings).await?;
            self.other.restart(&settings_of_other).await
        })
    }
}
