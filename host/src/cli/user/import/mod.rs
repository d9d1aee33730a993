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
    bindings::exports::mana::auth::accounts::{ImportOutcome, ImportedUser},
    config::Config,
};
use seen::{First, Seen};
use std::{mem, path::Path};

/// How many accounts are brought in one transaction: others don't wait for it longer than for a sign-in.
const BATCH: usize = 250;

/// Brings every account of a file, and names each line that can't be. The same again changes nothing, and goes on where it was
/// interrupted.
pub async fn import(config: Config, file: &Path, is_trial: bool) -> Result<(), Failure> {
    let unreadable = |source| Failure::File { path: file.to_owned(), source };
    let mut lines = Lines::open(file).map_err(unreadable)?;
    let instance = started(config, Database::MayBeNew).await?;
    let mut importing = Importing { instance, seen: Seen::new()?, is_trial, counts: Counts::default() };
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(Line { number, text }) = lines.next().map_err(unreadable)? {
        match text.map_err(|unreadable| unreadable.to_string()).and_then(|text| person::parse(&text)) {
            Ok(user) => batch.push((number, user)),
            Err(problem) => importing.skip(number, &problem),
        }
        if batch.len() == BATCH {
            importing.bring(mem::take(&mut batch)).await?;
        }
    }
    importing.bring(batch).await?;
    importing.counts.tell(is_trial)
}

struct Importing {
    instance: Instance,
    seen: Seen,
    is_trial: bool,
    counts: Counts,
}

/// What is still to be known of an account when its batch was brought.
struct Brought {
    line: u64,
    id: String,
    has_password: bool,
}

impl Importing {
    async fn bring(&mut self, batch: Vec<(u64, ImportedUser)>) -> Result<(), Failure> {
        let brought: Vec<_> = batch.iter().map(|(line, user)| Brought::of(*line, user)).collect();
        let users: Vec<_> = batch.into_iter().map(|(_, user)| user).collect();
        let is_trial = self.is_trial;
        let outcomes = self
            .instance
            .run(async |accessor, auth| {
                auth.mana_auth_accounts().call_import(accessor, users, is_trial).await
            })
            .await??;
        for (brought, outcome) in brought.iter().zip(outcomes) {
            if let Err(problem) = self.judge(brought, outcome)? {
                self.skip(brought.line, &problem);
            }
        }
        Ok(())
    }

    /// Counts an account that is here now, or says why it is not.
    fn judge(&mut self, brought: &Brought, outcome: ImportOutcome) -> Result<Result<(), String>, Failure> {
        let (email, is_new) = match outcome {
            ImportOutcome::Added(email) => (email, true),
            ImportOutcome::Known(email) => (email, false),
            ImportOutcome::Invalid(problem) => {
                return Ok(Err(format!("{}: {}", problem.field, problem.message)));
            }
            ImportOutcome::IdTaken => {
                let first = self.seen.line_of(&brought.id)?.map(First::Id);
                return Ok(Err(first.map_or_else(
                    || "id: it is that of an account with another address".to_owned(),
                    |first| first.to_string(),
                )));
            }
            ImportOutcome::EmailTaken(owner) => {
                let first = self.seen.line_of(&owner)?.map(First::Address);
                return Ok(Err(first.map_or_else(
                    || format!("email: in its normal form, it is that of the account {owner}"),
                    |first| first.to_string(),
                )));
            }
        };
        if let Err(first) = self.seen.note(brought.line, &brought.id, &email)? {
            return Ok(Err(first.to_string()));
        }
        self.counts.count(is_new, brought.has_password);
        Ok(Ok(()))
    }

    fn skip(&mut self, line: u64, problem: &str) {
        self.counts.skipped += 1;
        eprintln!("line {line}: {problem}");
    }
}

impl Brought {
    fn of(line: u64, user: &ImportedUser) -> Self {
        Self { line, id: user.id.clone(), has_password: user.password_hash.is_some() }
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

    fn tell(&self, is_trial: bool) -> Result<(), Failure> {
        let Self { added, added_without_password, known, skipped } = self;
        let done = if is_trial { "to add " } else { "added  " };
        console::line(&format!("{done}  {added}, of them {added_without_password} without a password"))?;
        console::line(&format!("known    {known}"))?;
        console::line(&format!("skipped  {skipped}"))?;
        if *skipped > 0 { Err(Failure::Refused(CommandError::LinesSkipped(*skipped))) } else { Ok(()) }
    }
}
