//! `mana-auth audit`: the audit log.

mod events;

use super::{
    args::Audit as Command,
    console,
    failure::{CommandError, Failure},
    prepare::{Database, is_there, started},
    sealing::Sealing,
    table::time,
};
use mana_auth::{
    audit_log::{self, Report, Verification, VerifyError},
    clock::{Clock as _, SystemClock},
    config::{Config, Origin},
    storage::PostgresUrl,
};
use mana_auth_audit::VerifierKey;
use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Does what the command says.
pub async fn run(config: Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Key => {
            let mut instance = started(config, Database::MustExist).await?;
            let keys = instance
                .run(async |accessor, auth| auth.mana_auth_audit().call_keys(accessor).await)
                .await??;
            keys.first().map_or(Ok(()), |key| console::line(key))
        }
        Command::List(filter) => events::list(config, filter).await,
        Command::RotateKey => {
            let mut sealing = Sealing::started(config).await?;
            let key = sealing
                .instance
                .run(async |accessor, auth| auth.mana_auth_audit().call_rotate_key(accessor).await)
                .await??;
            sealing.keep().await?;
            console::line(&key)
        }
        Command::Verify { key, checkpoint, restored, older, export } => {
            let database = match &config.database_url {
                // A backup is often the file alone.
                _ if config.data.is_file() => Source::File(config.data),
                // Whoever names it does not ask for the server's.
                Some(_)
                    if matches!(config.settings.origin("data"), Origin::Flag(_)) && !config.data.exists() =>
                {
                    return Err(Failure::NoDatabase(config.data));
                }
                Some(url) => Source::Server(Box::new(url.clone())),
                None => Source::File(config.database()),
            };
            let accepts = Accepts { restored, older };
            verify(&database, key.map(|key| *key), checkpoint, accepts, export).await
        }
    }
}

/// Where the audit log is.
pub enum Source {
    File(PathBuf),
    Server(Box<PostgresUrl>),
}

impl Source {
    /// What it holds at this moment.
    pub async fn copy(&self) -> Result<audit_log::Copy, VerifyError> {
        match self {
            Self::File(path) => Ok(audit_log::Copy::open(path)?),
            Self::Server(url) => Ok(audit_log::Copy::of_postgres(url).await?),
        }
    }
}

/// What an operator knows of the copy.
struct Accepts {
    restored: bool,
    older: bool,
}

async fn verify(
    database: &Source,
    key: Option<VerifierKey>,
    checkpoint: Option<PathBuf>,
    accepts: Accepts,
    export: Option<PathBuf>,
) -> Result<(), Failure> {
    if let Source::File(path) = database
        && !is_there(path)?
    {
        return Err(Failure::NoDatabase(path.clone()));
    }
    let given = key.is_some();
    // Before the database is looked at, which may grow meanwhile.
    let mut notes = checkpoint.as_deref().map(checkpoint_notes).transpose()?;
    let mut file = export.as_ref().map(|path| destination(path)).transpose()?;
    let copy = database.copy().await?;
    let report = audit_log::verify(
        &copy,
        Verification {
            key,
            checkpoints: notes.as_mut().map(|notes| notes as &mut dyn Iterator<Item = io::Result<String>>),
            restored: accepts.restored,
            older: accepts.older,
            export: file.as_mut().map(|file| file as &mut dyn Write),
        },
    )?;
    if let Some(file) = &mut file {
        file.flush()?;
    }
    let told = describe(&report, given);
    if export.is_some_and(|path| path == Path::new("-")) {
        eprint!("{told}");
    } else {
        console::print(&told)?;
    }
    match report.finding {
        Some(finding) => Err(Failure::Refused(CommandError::Altered(printable(&finding)))),
        None => Ok(()),
    }
}

/// The checkpoints of a file, which must hold one.
fn checkpoint_notes(path: &Path) -> Result<impl Iterator<Item = io::Result<String>> + use<>, Failure> {
    let notes = audit_log::notes(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    let mut notes = notes.peekable();
    match notes.peek() {
        Some(_) => Ok(notes),
        None => Err(Failure::NoCheckpoint(path.to_owned())),
    }
}

fn destination(path: &Path) -> Result<BufWriter<Box<dyn Write>>, Failure> {
    if path == Path::new("-") {
        return Ok(BufWriter::new(Box::new(io::stdout())));
    }
    // It holds addresses of people.
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let file = file.map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(BufWriter::new(Box::new(file)))
}

fn describe(report: &Report, given: bool) -> String {
    let mut lines = Vec::new();
    lines.push(match &report.key {
        Some(key) => format!("origin     {}", key.name()),
        None if report.finding.is_some() => "origin     not proven".to_owned(),
        None => "origin     none: nothing is sealed".to_owned(),
    });
    match &report.key {
        Some(key) if given => lines.push(format!("key        {key}")),
        Some(key) => lines.push(format!(
            "key        {key}\n           taken from the database itself, which proves nothing against whoever owns it: give --key"
        )),
        None => {}
    }
    let leaves = &report.leaves;
    let before =
        if leaves.start > 0 { format!("; {} before them were dropped", leaves.start) } else { String::new() };
    lines.push(format!("sealed     {} events{before}", leaves.end - leaves.start));
    if report.erased > 0 {
        lines.push(format!("erased     the details of {}", report.erased));
    }
    let unsealed = match report.unsealed_times {
        Some((first, last)) => format!("{} events, {} to {}", report.unsealed, instant(first), instant(last)),
        None => "0 events".to_owned(),
    };
    lines.push(format!("unsealed   {unsealed}"));
    if let Some(at) = report.sealed_at {
        let age = SystemClock::default().now().saturating_sub(u64::try_from(at).unwrap_or(0)) / 1000;
        lines.push(format!("last seal  {}, {age} s ago", instant(at)));
    }
    if report.checkpoints > 0 {
        let (checkpoints, proven) = (report.checkpoints, report.proven);
        lines.push(format!("outside    it leads to {checkpoints} checkpoints, up to leaf {proven}"));
    }
    if report.dropped > 0 {
        lines.push(format!(
            "dropped    {} checkpoints are of events that were dropped, and prove nothing of the others",
            report.dropped
        ));
    }
    if report.newer > 0 {
        lines.push(format!(
            "newer      {} checkpoints are newer than this copy, and prove nothing of it",
            report.newer
        ));
    }
    if let Some((origin, size)) = &report.given_up {
        lines.push(format!(
            "restored   the database was put back: a checkpoint covers {size} leaves of {origin}"
        ));
    }
    if report.finding.is_none() {
        lines.push("intact     every sealed event is what was signed".to_owned());
    }
    printable(&(lines.join("\n") + "\n"))
}

/// Without what would command a terminal: whoever owns the database decides what some of it says.
fn printable(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn instant(milliseconds: i64) -> String {
    time(u64::try_from(milliseconds).unwrap_or(0))
}
