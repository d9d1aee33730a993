//! `mana-auth audit`: the trail of security events.

use super::{
    args::Audit as Command,
    console,
    failure::{Failure, Refusal},
    prepare::{Database, started},
    table::time,
};
use mana_auth::{
    clock::{Clock as _, SystemClock},
    config::Config,
    trail::{self, Report, Verification},
};
use mana_auth_audit::VerifierKey;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
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
        Command::RotateKey => {
            let mut instance = started(config, Database::MustExist).await?;
            let key = instance
                .run(async |accessor, auth| auth.mana_auth_audit().call_rotate_key(accessor).await)
                .await??;
            console::line(&key)
        }
        Command::Verify { key, checkpoint, export } => {
            verify(&config.database(), key.map(|key| *key), checkpoint, export)
        }
    }
}

fn verify(
    database: &Path,
    key: Option<VerifierKey>,
    checkpoint: Option<PathBuf>,
    export: Option<PathBuf>,
) -> Result<(), Failure> {
    if !database.exists() {
        return Err(Failure::NoDatabase(database.to_owned()));
    }
    let given = key.is_some();
    let checkpoint = checkpoint.map(|path| newest(&path)).transpose()?;
    let mut file = export.as_ref().map(|path| destination(path)).transpose()?;
    let report = trail::verify(
        database,
        Verification { key, checkpoint, export: file.as_mut().map(|file| file as &mut dyn Write) },
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
        Some(finding) => Err(Failure::Refused(Refusal::Altered(finding))),
        None => Ok(()),
    }
}

/// The last checkpoint of a file.
fn newest(path: &Path) -> Result<String, Failure> {
    let newest =
        trail::newest_note(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    newest.ok_or_else(|| Failure::NoCheckpoint(path.to_owned()))
}

fn destination(path: &Path) -> Result<BufWriter<Box<dyn Write>>, Failure> {
    if path == Path::new("-") {
        return Ok(BufWriter::new(Box::new(io::stdout())));
    }
    let file = File::create(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(BufWriter::new(Box::new(file)))
}

fn describe(report: &Report, given: bool) -> String {
    let mut lines = Vec::new();
    if report.origin.is_empty() {
        lines.push("origin     none: nothing was ever sealed".to_owned());
    } else {
        lines.push(format!("origin     {}", report.origin));
    }
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
    if report.finding.is_none() {
        lines.push("intact     every sealed event is what was signed".to_owned());
    }
    lines.join("\n") + "\n"
}

fn instant(milliseconds: i64) -> String {
    time(u64::try_from(milliseconds).unwrap_or(0))
}
