//! `mana-auth maintenance` and `mana-auth lineage`.

use super::{
    args::{Lineage, Maintenance},
    console,
    failure::Failure,
    prepare::{Database, instance, require_secret, started},
    sealing::Sealing,
};
use mana_auth::config::Config;

/// `maintenance run`: again and again, until nothing is left to do.
pub async fn maintenance(config: Config, Maintenance::Run: Maintenance) -> Result<(), Failure> {
    let mut sealing = Sealing::started(config).await?;
    loop {
        let report = sealing
            .instance
            .run(async |accessor, auth| auth.mana_auth_maintenance().call_run(accessor, 0).await)
            .await??;
        if !report.ran {
            return console::line("another process is at it; nothing was done");
        }
        let done: Vec<String> =
            report.done.iter().map(|(task, count)| format!("{}: {count}", task.replace('_', " "))).collect();
        console::line(&done.join(", "))?;
        sealing.keep().await?;
        if !report.more {
            return Ok(());
        }
    }
}

/// `migrate`: what a server does before it serves, where its role may. Again, it changes nothing.
pub async fn migrate(config: Config) -> Result<(), Failure> {
    if config.database_url.is_some() {
        // It makes the first keys, too.
        require_secret(&config)?;
    }
    drop(started(config, Database::MayBeNew).await?);
    console::line("the schema is up to date")
}

/// `lineage renew`: what a serving process does when it starts.
pub async fn lineage(config: Config, Lineage::Renew: Lineage) -> Result<(), Failure> {
    let mut instance = instance(config, Database::MustExist).await?;
    instance.start(true).await?;
    console::line("a new lineage has begun")
}
