//! The composition for Spin, in this process: with the interfaces that it imports from Spin, on a real SQLite file,
//! and with clocks that tests move. What is imitated was learned from Spin 4.1, by its source and by asking it.

pub mod app;
mod instance;
mod outbound;
mod pool;
mod postgres;
mod serve;
mod site;
mod sqlite;
mod state;
mod variables;

use super::{
    Runner, Settings,
    mail_api::{self, MailApi},
    maintain,
    postgres::Postgres,
};
use crate::repository::{read, root};
use app::{Component, Log};
use futures::future::BoxFuture;
use mana_auth::clock::TestClock;
use serve::Serving;
use site::Site;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// An application, serving.
pub struct Spin {
    data: PathBuf,
    clock: Arc<TestClock>,
    /// What its instances wrote to their error streams, those that have ended included.
    log: Log,
    serving: Serving,
    /// Whoever takes its mails, where the settings name nobody.
    mails: Arc<MailApi>,
    /// Its database, where that is no file.
    postgres: Option<Arc<Postgres>>,
}

impl Spin {
    /// Starts the auth service alone, as the manifest of the repository has it.
    pub async fn start(
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        postgres: Option<Arc<Postgres>>,
    ) -> Self {
        let mails = Arc::new(MailApi::into_folder(data, clock.clone()).await);
        let components = vec![auth(&with_database(with_mail(settings, &mails), postgres.as_deref()))];
        Self { postgres, ..Self::start_again(data, components, clock, Log::default(), mails).await }
    }

    /// Starts an application of several components.
    pub async fn start_several(data: &Path, components: Vec<Component>) -> Self {
        let mails = Arc::new(MailApi::into_folder(data, Arc::default()).await);
        Self::start_again(data, components, Arc::default(), Log::default(), mails).await
    }

    async fn start_again(
        data: &Path,
        components: Vec<Component>,
        clock: Arc<TestClock>,
        log: Log,
        mails: Arc<MailApi>,
    ) -> Self {
        let site = Site::new(components, database_in(data), &clock, &log);
        Self { data: data.to_owned(), clock, log, serving: Serving::start(site).await, mails, postgres: None }
    }
}

/// The settings, with somebody who takes mails where they don't say who; as on our own server only for a service of this machine.
fn with_mail(settings: &Settings, mails: &MailApi) -> Settings {
    let mut settings = settings.clone();
    let is_here = |url: &String| url.contains("://localhost") || url.contains("://127.");
    if settings.get("public_url").is_some_and(is_here) && !settings.contains_key("mail_api") {
        let ours =
            [("mail_api", "resend"), ("mail_api_secret", mail_api::KEY), ("mail_api_url", mails.url())];
        settings.extend(ours.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    settings
}

/// The settings, with the address of that database.
fn with_database(mut settings: Settings, postgres: Option<&Postgres>) -> Settings {
    settings.extend(postgres.map(|postgres| ("database_url".to_owned(), postgres.url())));
    settings
}

/// The auth service as a component.
pub fn auth(settings: &Settings) -> Component {
    Component {
        name: "auth",
        route: "",
        artefact: "spin",
        variables: settings.clone(),
        may_call: &[],
        may_reach: allowed_outbound_hosts(settings),
    }
}

/// Those of the manifest, and the one that an operator has to add.
fn allowed_outbound_hosts(settings: &Settings) -> Vec<String> {
    let manifest: toml::Table = read(&root().join("spin.toml")).parse().expect("a manifest");
    let hosts = manifest["component"]["auth"]["allowed_outbound_hosts"].as_array().expect("hosts");
    let hosts = hosts.iter().map(|host| host.as_str().expect("a host").to_owned());
    hosts.chain(settings.get("mail_api_url").cloned()).collect()
}

/// Where Spin keeps an application's default database, below its folder for state.
pub fn database_in(data: &Path) -> PathBuf {
    data.join("sqlite_db.db")
}

impl Runner for Spin {
    fn base_url(&self) -> String {
        format!("http://{}", self.serving.address)
    }

    fn management_url(&self) -> String {
        self.base_url()
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        Some(self.clock.clone())
    }

    fn tick(&self) -> BoxFuture<'_, ()> {
        Box::pin(maintain(self.base_url()))
    }

    fn database(&self) -> PathBuf {
        database_in(&self.data)
    }

    fn postgres(&self) -> Option<Arc<Postgres>> {
        self.postgres.clone()
    }

    fn log(&self) -> String {
        let streams = self.log.lock().unwrap();
        streams.iter().map(|stream| String::from_utf8_lossy(&stream.contents()).into_owned()).collect()
    }

    /// Instances end where they are; Spin does not wait for them either.
    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            let (data, clock, log) = (self.data.clone(), self.clock.clone(), self.log.clone());
            let mails = self.mails.clone();
            let postgres = self.postgres.take();
            let components = vec![auth(&with_database(with_mail(settings, &mails), postgres.as_deref()))];
            *self = Self { postgres, ..Self::start_again(&data, components, clock, log, mails).await };
            Ok(())
        })
    }
}
