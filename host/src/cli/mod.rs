//! The command line: what can be asked for, and what the exit code says of it.

mod args;
mod audit;
mod backup;
mod completions;
mod console;
mod copy;
mod descriptors;
mod failure;
mod health;
mod keys;
mod local;
mod mail;
mod maintenance;
mod password;
mod prepare;
mod sealing;
mod secret;
mod serve;
mod settings;
mod signals;
mod table;
mod user;

use args::{Arguments, Command};
use clap::Parser as _;
use failure::Failure;
use mana_auth::config::Config;
use std::{
    env,
    io::{Write as _, stderr},
    process::ExitCode,
};

/// Reads the command line and does what it says. Exit code 0: done; 1: refused, nothing was changed; 2: misuse,
/// a wrong configuration, or no start.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever reads may stop reading.
            let _ = writeln!(stderr(), "mana-auth: {failure}");
            failure.exit_code()
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let flags = arguments.flags();
    let command = match arguments.command {
        Command::Completions { shell } => {
            return completions::print(shell);
        }
        command => command,
    };
    let config = Config::load(&flags, env::vars_os())?;
    let _log = crate::logging::init(&config.log_level, config.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve { new_database, .. } => serve::serve(config, new_database).await,
            Command::Config(_) => settings::print(config).await,
            Command::User(command) => user::run(config, command).await,
            Command::Keys(command) => keys::run(config, command).await,
            Command::Audit(command) => audit::run(config, command).await,
            Command::Mail(command) => mail::run(config, command).await,
            Command::Secret(command) => secret::run(config, command).await,
            Command::Maintenance(command) => maintenance::maintenance(config, command).await,
            Command::Copy { from, to, not_intact } => {
                copy::copy(config, copy::Ways { from, to, not_intact }).await
            }
            Command::Migrate => maintenance::migrate(config).await,
            Command::Lineage(command) => maintenance::lineage(config, command).await,
            Command::Backup { .. } | Command::Restore { .. } if config.database_url.is_some() => {
                Err(Failure::NoFile)
            }
            Command::Backup { file, with_secret } => backup::backup(&config, &file, with_secret.as_deref()),
            Command::Restore { file, secret } => backup::restore(&config, &file, secret.as_deref()),
            Command::Health { live } => health::ask(&config, live).await,
            Command::Completions { .. } => Ok(()),
        }
    })
}
