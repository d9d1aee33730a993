//! `mana-auth copy`.

use super::{
    audit::Source,
    console,
    failure::{CommandError, Failure},
    prepare::{Database, is_there, require_secret, started},
};
use mana_auth::{
    audit_log::{self, Report, Verification},
    config::Config,
    storage::{CopyIn, PostgresUrl, hold},
};
use std::path::PathBuf;

/// What is copied, and where to.
pub struct Ways {
    pub from: Option<PathBuf>,
    pub to: Option<String>,
    /// Whether an audit log that is not intact is copied, too.
    pub not_intact: bool,
}

/// Brings a database to a server, while nobody serves either. Again, it goes on where it was interrupted.
pub async fn copy(mut config: Config, ways: Ways) -> Result<(), Failure> {
    let from = ways.from.unwrap_or_else(|| config.database());
    if !is_there(&from)? {
        return Err(Failure::NoDatabase(from));
    }
    let to = ways.to.map(|url| PostgresUrl::parse(&url)).transpose().map_err(Failure::Target)?;
    let to = to.or(config.database_url.take()).ok_or(Failure::NoTarget)?;
    require_secret(&config)?;
    let source = hold(&from)?;
    let here = verify(&Source::File(from.clone())).await?;
    if let Some(finding) = here.finding.clone().filter(|_| !ways.not_intact) {
        return Err(Failure::Refused(CommandError::SourceAltered(finding)));
    }
    config.database_url = Some(to.clone());
    drop(started(config, Database::MayBeNew).await?);
    let copy = CopyIn::begin(&source, &to).await?;
    let mut total = 0;
    for table in copy.tables().await? {
        let rows = copy.table(&table).await?;
        console::line(&format!("{table:20} {rows:>10}"))?;
        total += rows;
    }
    let there = verify(&Source::Server(Box::new(to))).await?;
    if told(&here) != told(&there) {
        return Err(Failure::Refused(CommandError::CopyDiffers(there.finding.unwrap_or_default())));
    }
    copy.finish().await?;
    let leaves = here.leaves.end - here.leaves.start;
    console::line(&format!("{:20} {total:>10}", "rows in all"))?;
    console::line(&format!(
        "The audit log is the same on both sides: {leaves} leaves. Start the servers, and keep {}.",
        from.display()
    ))
}

async fn verify(log: &Source) -> Result<Report, Failure> {
    Ok(audit_log::verify(&log.copy().await?, Verification::default())?)
}

/// What must be the same on both sides.
fn told(report: &Report) -> impl PartialEq + use<> {
    let key = report.key.as_ref().map(ToString::to_string);
    let Report { leaves, erased, unsealed, unsealed_times, sealed_at, finding, .. } = report;
    (key, leaves.clone(), *erased, *unsealed, *unsealed_times, *sealed_at, finding.is_some())
}
