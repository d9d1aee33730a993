//! `mana-auth config`.

use super::{console, failure::Failure, prepare};
use mana_auth::config::{Config, show};

/// Checks the configuration and prints it.
pub async fn print(config: Config) -> Result<(), Failure> {
    let component = prepare::check(&config).await?;
    console::print(&show(&config, &component))
}
