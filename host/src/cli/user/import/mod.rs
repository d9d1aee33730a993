//! `mana-auth user import`: accounts of another service, from JSON Lines.

mod lines;
mod person;
mod seen;

use super::super::{
    console,
    failure::{CommandError, Failure},
    prepare::{Database, started},
};
use lines::{Line, Lines};
use mana_auth::{
    Instance,
    bindings::exports::mana::auth::accounts::{Error, ImportOutcome, ImportedUser},
    config::Config,
};
use seen::{First, Seen};
use std::{
    io::{Write as _, stderr},
    mem,
    path::{Path, PathBuf},
};

/// How many lines are brought in one transaction. Of fewer, each costs more of a commit; of more, SQLite walks longer through what it
/// could undo, and others wait longer than for a sign-in.
const BATCH: usize = 125;

/// Brings every account of a file, and names each line that can't be. The same again changes nothing, and goes on where it was
/// interrupted.
pub async fn import(config: Config, file: &Path, is_trial: bool) -> Result<(), Failure> {
    let lines = Lines::open(file).map_err(|source| Failure::File { path: file.to_owned(), source })?;
    let database = match config.database_url {
        Some(_) => "that of database_url".to_owned(),
        None => config.database().display().to_string(),
    };
    let instance = started(config, Database::MustExist).await?;
    let mut importing = Importing { instance, seen: Seen::new()?, is_trial, counts: Counts::default() };
    let outcome = importing.all(lines, file).await;
    // However it ends.
    importing.counts.tell(&database, is_trial)?;
    match (outcome, importing.counts.skipped) {
        (Ok(()), 0) => Ok(()),
        (Ok(()), skipped) => Err(Failure::Refused(CommandError::LinesSkipped(skipped))),
        (Err(failure), _) => Err(failure),
    }
}

struct Importing {
    instance: Instance,
    seen: Seen,
    is_trial: bool,
    counts: Counts,
}

/// A line by its number, and the account that it describes or what is wrong with it.
type Read = (u64, Result<ImportedUser, String>);

impl Importing {
    async fn all(&mut self, mut lines: Lines, file: &Path) -> Result<(), Failure> {
        // What a trial finds in its way is not in the database, so it judges each account by itself.
        let most = if self.is_trial { 1 } else { BATCH };
        let unreadable = |source| Failure::File { path: PathBuf::from(file), source };
        let mut batch: Vec<Read> = Vec::with_capacity(most);
        while let Some(Line { number, text }) = lines.next().map_err(unreadable)? {
            let text = text.map_err(|unreadable| unreadable.to_string());
            batch.push((number, text.and_then(|text| person::parse(&text))));
            if batch.len() == most {
                self.bring(mem::take(&mut batch)).await?;
            }
        }
        self.bring(batch).await
    }

    async fn bring(&mut self, batch: Vec<Read>) -> Result<(), Failure> {
        let Some((first, _)) = batch.first() else { return Ok(()) };
        let (first, is_trial) = (*first, self.is_trial);
        let users: Vec<_> = batch.iter().filter_map(|(_, read)| read.as_ref().ok().cloned()).collect();
        let brought = self.instance.run(async |accessor, auth| {
            auth.mana_auth_accounts().call_import(accessor, users, is_trial).await
        });
        let mut outcomes = brought.await?.map_err(|error| stopped(error, first))?.into_iter();
        for (line, read) in batch {
            let problem = match read {
                Ok(user) => match outcomes.next() {
                    Some(outcome) => self.judge(line, &user, outcome)?,
                    None => None,
                },
                Err(problem) => Some(problem),
            };
            if let Some(problem) = problem {
                self.counts.skipped += 1;
                // Nobody may read it any more.
                let _ = writeln!(stderr(), "line {line}: {problem}");
            }
        }
        Ok(())
    }

    /// Counts an account that is here now; else says why it is not.
    fn judge(
        &mut self,
        line: u64,
        user: &ImportedUser,
        outcome: ImportOutcome,
    ) -> Result<Option<String>, Failure> {
        let is_new = matches!(outcome, ImportOutcome::Added(_));
        Ok(Some(match outcome {
            ImportOutcome::Added(email) | ImportOutcome::Known(email) => {
                match self.seen.note(line, &user.id, &email)? {
                    Ok(()) => {
                        self.counts.count(is_new, user.password_hash.is_some());
                        return Ok(None);
                    }
                    Err(first) => first.to_string(),
                }
            }
            ImportOutcome::Invalid(problem) => format!("{}: {}", problem.field, problem.message),
            ImportOutcome::IdTaken => match self.seen.line_of(&user.id)? {
                Some(first) => First::Id(first).to_string(),
                None => "id: it is that of an account with another address".to_owned(),
            },
            ImportOutcome::EmailTaken(owner) => match self.seen.line_of(&owner)? {
                Some(first) => First::Address(first).to_string(),
                None => format!("email: in its normal form, it is that of the account {owner:?}"),
            },
        }))
    }
}

/// What was brought before stays.
fn stopped(error: Error, line: u64) -> Failure {
    match error {
        Error::Busy | Error::Unavailable | Error::Internal => {
            Failure::Refused(CommandError::ImportStopped(line))
        }
        error => error.into(),
    }
}

#[derive(Default)]
struct Counts {
    added: u64,
    added_without_password: u64,
    known: u64,
    skipped: u64,
}

impl Counts {
    fn count(&mut self, is_new: bool, has_password: bool) {
        if is_new {
            self.added += 1;
            self.added_without_password += u64::from(!has_password);
        } else {
            self.known += 1;
        }
    }

    fn tell(&self, database: &str, is_trial: bool) -> Result<(), Failure> {
        let Self { added, added_without_password, known, skipped } = self;
        let done = if is_trial { "to add" } else { "added " };
        console::print(&format!(
            "database  {database}\n{done}    {added}, of them {added_without_password} without a password\n\
             known     {known}\nskipped   {skipped}\n"
        ))
    }
}
