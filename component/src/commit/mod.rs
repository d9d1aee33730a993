//! Everything that one use case changes, committed once: rows, audit events and mails stand or fall together.
//!
//! A use case that another may contain takes `&mut Change` and adds its parts. A thin outer function commits. So several use
//! cases become one atomic step.

use crate::{
    context::Context,
    error::{Bug, Failure},
    events::{self, Event},
    mailer,
    outbox::{self, Mail},
    platform::{self, Level, Metric},
    storage::{self, Error, Statement},
};
use std::ops::Index;

/// A change to be committed as one.
#[derive(Default)]
pub struct Change {
    parts: Vec<Part>,
}

/// Names a statement of a change: how many rows it affected, or whether it refused the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

/// A metric and its label; it counts the rows that a statement affected.
type Counted = (Metric, &'static str);

enum Part {
    Row(Statement, Option<Counted>),
    Event(Box<Event>),
    Mail(Box<Mail>),
}

/// The number of rows that each statement of a change affected.
#[derive(Debug)]
pub struct Committed {
    rows: Vec<u64>,
}

impl Index<Handle> for Committed {
    type Output = u64;

    /// The rows that a statement affected; 0 for a handle of another change.
    fn index(&self, Handle(part): Handle) -> &u64 {
        self.rows.get(part).unwrap_or(&0)
    }
}

/// Why a change was not committed. Nothing was changed, unless storage doesn't know the outcome.
#[derive(Debug)]
pub enum CommitError {
    /// A row to be inserted exists: the constraint's name.
    Conflict(String),
    /// A statement did not meet the row that it expects: someone else was faster.
    Unmet(Handle),
    /// Anything else.
    Failed(Failure),
}

/// Commits one event, and nothing beside it.
///
/// # Errors
///
/// As [`Change::commit`].
pub async fn event(ctx: &Context, event: Event) -> Result<(), Failure> {
    let mut change = Change::new();
    change.record(event);
    change.commit(ctx).await.map(drop)
}

/// The part of an event that is written. Logging must never fail a sign-in. If the database refuses an event, the commit is tried again:
/// first without the fields from the client, then with the event counted as lost, at last with a log line alone.
#[derive(Clone, Copy, PartialEq)]
enum Detail {
    Full,
    Minimal,
    Lost,
    Nothing,
}

impl Detail {
    const fn less(self) -> Option<Self> {
        match self {
            Self::Full => Some(Self::Minimal),
            Self::Minimal => Some(Self::Lost),
            Self::Lost => Some(Self::Nothing),
            Self::Nothing => None,
        }
    }
}

impl Change {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A change that begins with a statement.
    #[must_use]
    pub fn of(statement: Statement) -> Self {
        Self { parts: vec![Part::Row(statement, None)] }
    }

    /// Returns whether the change has no parts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds a statement.
    pub fn add(&mut self, statement: Statement) -> Handle {
        self.part(Part::Row(statement, None))
    }

    /// Adds a statement, and counts the rows that it will have affected.
    pub fn add_counted(&mut self, metric: Metric, label: &'static str, statement: Statement) -> Handle {
        self.part(Part::Row(statement, Some((metric, label))))
    }

    /// Adds several statements.
    pub fn add_all(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.parts.extend(statements.into_iter().map(|statement| Part::Row(statement, None)));
    }

    /// Adds everything of another change, behind what is here. Its handles are lost.
    pub fn append(&mut self, other: Self) {
        self.parts.extend(other.parts);
    }

    /// Adds an event.
    pub fn record(&mut self, event: Event) {
        self.part(Part::Event(Box::new(event)));
    }

    /// Adds a mail.
    pub fn mail(&mut self, mail: Mail) {
        self.part(Part::Mail(Box::new(mail)));
    }

    fn part(&mut self, part: Part) -> Handle {
        self.parts.push(part);
        Handle(self.parts.len().saturating_sub(1))
    }

    /// Commits a change that expects no row, or only rows that can't be missing.
    ///
    /// # Errors
    ///
    /// `Overloaded` or `StorageUnavailable`. A bug where a row refused it all the same.
    pub async fn commit(self, ctx: &Context) -> Result<Committed, Failure> {
        Ok(self.try_commit(ctx).await?)
    }

    /// Commits the change. `unmet` is the error if a row is no longer as it was read.
    ///
    /// # Errors
    ///
    /// `unmet`, or as [`Change::commit`].
    pub async fn commit_or<E: From<Failure>>(self, ctx: &Context, unmet: E) -> Result<Committed, E> {
        match self.try_commit(ctx).await {
            Err(CommitError::Unmet(_)) => Err(unmet),
            outcome => outcome.map_err(|refused| Failure::from(refused).into()),
        }
    }

    /// Commits all of it where the rows may refuse it for several reasons.
    ///
    /// # Errors
    ///
    /// See [`CommitError`]. Nothing was changed, unless storage doesn't know the outcome.
    pub async fn try_commit(self, ctx: &Context) -> Result<Committed, CommitError> {
        let mut details = vec![Detail::Full; self.parts.len()];
        loop {
            let (statements, lengths) = self.statements(ctx, &details);
            let error = match storage::transact(statements).await {
                Ok(affected) => return Ok(self.committed(&details, &lengths, affected)),
                Err(error) => error,
            };
            let event = self.blamed_event(&error, &lengths).and_then(|event| details.get_mut(event));
            let Some((detail, less)) = event.and_then(|detail| detail.less().map(|less| (detail, less)))
            else {
                return Err(refused(error, &lengths));
            };
            ctx.log(Level::Error, "a security event could not be written", &[("why", &message(&error))]);
            *detail = less;
        }
    }

    /// The statements of all parts, and how many belong to each.
    fn statements(&self, ctx: &Context, details: &[Detail]) -> (Vec<Statement>, Vec<usize>) {
        let mut statements = Vec::with_capacity(self.parts.len());
        let lengths = self.parts.iter().zip(details).map(|(part, detail)| {
            let before = statements.len();
            match (part, detail) {
                (Part::Row(statement, _), _) => statements.push(statement.clone()),
                (Part::Event(event), Detail::Full) => statements.extend(events::insert(event, ctx)),
                (Part::Event(event), Detail::Minimal) => {
                    statements.extend(events::insert(&event.minimal(), ctx));
                }
                (Part::Event(event), Detail::Lost) => statements.push(events::count_lost(event, ctx)),
                (Part::Event(_), Detail::Nothing) => {}
                (Part::Mail(mail), _) => {
                    statements.extend([outbox::insert(mail, ctx), outbox::make_room(mail)])
                }
            }
            statements.len().saturating_sub(before)
        });
        let lengths = lengths.collect();
        (statements, lengths)
    }

    /// The part that failed, if it is an expendable event.
    fn blamed_event(&self, error: &Error, lengths: &[usize]) -> Option<usize> {
        let statement = match error {
            Error::Conflict(conflict) => conflict.statement,
            Error::Rejected(rejection) => rejection.statement,
            Error::Unmet(statement) => *statement,
            Error::Busy | Error::Unavailable | Error::OutcomeUnknown => return None,
        };
        let part = part_of(statement, lengths)?;
        match self.parts.get(part) {
            Some(Part::Event(event)) if event.is_expendable() => Some(part),
            _ => None,
        }
    }

    /// How many rows each statement affected; what became of the events is counted.
    fn committed(&self, details: &[Detail], lengths: &[usize], affected: Vec<u64>) -> Committed {
        let mut affected = affected.into_iter();
        let parts = self.parts.iter().zip(details).zip(lengths);
        let rows = parts.map(|((part, detail), length)| {
            let affected: Vec<u64> = affected.by_ref().take(*length).collect();
            match part {
                Part::Row(_, counted) => {
                    let count = affected.first().copied().unwrap_or(0);
                    if let Some((metric, label)) = counted
                        && count > 0
                    {
                        platform::count(*metric, label, count);
                    }
                    count
                }
                Part::Event(event) => {
                    count_event(event, *detail, &affected);
                    0
                }
                Part::Mail(_) => {
                    count_mail(&affected);
                    0
                }
            }
        });
        Committed { rows: rows.collect() }
    }
}

/// Counts what became of an event, by the rows that each of its statements affected.
fn count_event(event: &Event, detail: Detail, affected: &[u64]) {
    if detail == Detail::Nothing {
        // Its condition was never evaluated: it may not have held.
        platform::count(Metric::AuditEvents, "lost", 1);
    }
    for (index, count) in affected.iter().enumerate() {
        let behind = affected.len().saturating_sub(index).saturating_sub(1);
        let outcome = match (detail, event.is_capped(), behind) {
            // Behind the event, it is counted where there were too many.
            (Detail::Full | Detail::Minimal, true, 0) => "coalesced",
            (Detail::Full, true, 1) | (Detail::Full, false, 0) => "written",
            (Detail::Minimal, true, 1) | (Detail::Minimal, false, 0) => "minimal",
            // Before it, only how many of its kind there are.
            (Detail::Full | Detail::Minimal, ..) => continue,
            (Detail::Lost | Detail::Nothing, ..) => "lost",
        };
        // An event whose condition did not hold was none.
        if *count > 0 {
            platform::count(Metric::AuditEvents, outcome, 1);
            if let Some((metric, label)) = event.counted {
                platform::count(metric, label, 1);
            }
        }
    }
}

/// Counts a mail that was written, and those that had to make room for it; and tells the host.
fn count_mail(affected: &[u64]) {
    for (outcome, count) in ["queued", "displaced"].into_iter().zip(affected) {
        if *count > 0 {
            platform::count(Metric::Mails, outcome, *count);
        }
    }
    if affected.first().is_some_and(|written| *written > 0) {
        mailer::committed();
    }
}

fn refused(error: Error, lengths: &[usize]) -> CommitError {
    match error {
        Error::Conflict(conflict) => CommitError::Conflict(conflict.constraint),
        Error::Unmet(statement) => {
            CommitError::Unmet(Handle(part_of(statement, lengths).unwrap_or(usize::MAX)))
        }
        other => CommitError::Failed(other.into()),
    }
}

/// The part that a statement of the batch belongs to.
fn part_of(statement: u32, lengths: &[usize]) -> Option<usize> {
    let mut before = usize::try_from(statement).ok()?;
    lengths.iter().position(|length| match before.checked_sub(*length) {
        Some(left) => {
            before = left;
            false
        }
        None => true,
    })
}

fn message(error: &Error) -> String {
    match error {
        Error::Conflict(conflict) => conflict.constraint.clone(),
        Error::Rejected(rejection) => rejection.message.clone(),
        _ => String::new(),
    }
}

/// For changes that no row should refuse.
impl From<CommitError> for Failure {
    fn from(refused: CommitError) -> Self {
        match refused {
            CommitError::Conflict(constraint) => Bug::Conflict(constraint).into(),
            CommitError::Unmet(_) => Bug::Missing("a row that a statement expected").into(),
            CommitError::Failed(failure) => failure,
        }
    }
}
