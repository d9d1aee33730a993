//! `mana-auth audit`.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use mana_auth_audit::VerifierKey;
use std::path::PathBuf;

/// What can be done with the audit log.
#[derive(Subcommand)]
pub enum Audit {
    /// Print the key that checkpoints are verified with (C2SP verifier key): keep it elsewhere
    Key,
    /// List events, newest first
    #[command(
        after_help = "Example:\n  mana-auth audit list --type login_failure --since 2026-11-01T00:00:00Z --json"
    )]
    List(AuditFilter),
    /// Make another key sign from here on; the old one signs for it
    RotateKey,
    /// Go through the audit log of a copy of the database, read-only and without the secret: is every event what was signed?
    #[command(
        after_help = "`--data` may also be the database itself, such as a backup of it.\n\nExample:\n  mana-auth audit verify --data /backup/auth.db --key \"$(cat audit.key)\" --checkpoint /elsewhere/checkpoints\n\nExit codes: 0 intact; 1 not, with the first event that is wrong; 2 it can't be verified."
    )]
    Verify {
        /// The key to trust; without it, the one that the database itself names
        #[arg(long, value_name = "VKEY", value_parser = key)]
        key: Option<Box<VerifierKey>>,
        /// A file of checkpoints that was kept elsewhere: each one is compared
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Accept that the database was put back to an older state, where the audit log says so: a backup was restored
        #[arg(long, requires = "checkpoint")]
        restored: bool,
        /// Accept that the copy is older than the newest checkpoints, as a backup is: those before it are compared
        #[arg(long, requires = "checkpoint")]
        older: bool,
        /// Write the events there, as JSON Lines; `-` for standard output
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
    },
}

/// Which events are listed.
#[derive(Args)]
pub struct AuditFilter {
    /// Only events of this type, such as `login_failure`
    #[arg(long = "type", value_name = "TYPE")]
    pub event_type: Option<String>,
    /// Only events about this user: address or id
    #[arg(long)]
    pub user: Option<String>,
    /// Only events from this address
    #[arg(long)]
    pub ip: Option<String>,
    /// Only events at or after this time (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    pub since: Option<Timestamp>,
    /// Only events before this time (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    pub until: Option<Timestamp>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// Print JSON Lines
    #[arg(long)]
    pub json: bool,
}

fn timestamp(text: &str) -> Result<Timestamp, &'static str> {
    text.parse().map_err(|_| "not a time such as 2026-11-01T00:00:00Z")
}

fn key(text: &str) -> Result<Box<VerifierKey>, mana_auth_audit::Malformed> {
    text.parse().map(Box::new)
}
