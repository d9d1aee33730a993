//! Everything that one use case changes, committed once: rows and audit events stand or fall together.

use crate::{
    context::Context,
    error::Error as Failure,
    events::{self, Event},
    platform::{self, Level, Metric},
    storage::{self, Error, Statement},
};

/// A change to be committed as one.
#[derive(Default)]
pub struct Change {
    parts: Vec<Part>,
}

/// What is counted by the rows that a statement affected.
type Counted = (Metric, &'static str);

enum Part {
    Row(Statement, Option<Counted>),
    Event(Box<Event>),
}

/// How a change ended that was refused by the rows that it met. Nothing was changed.
#[derive(Debug)]
pub enum Refused {
    /// A row to be inserted exists: the constraint's name.
    Conflict(String),
    /// A row was not as it was read before, someone else was faster: the position of the statement among the change's
    /// statements (not the events).
    Unmet(usize),
    /// Anything else.
    Failed(Failure),
}

/// How much of an event is written. Logging must never fail a sign-in: an event that the database refuses is tried
/// again with fields of our own making only, and then left out and counted, and where not even that is possible told to the log
/// alone.
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

    /// Adds a statement.
    #[must_use]
    pub fn and(mut self, statement: Statement) -> Self {
        self.parts.push(Part::Row(statement, None));
        self
    }

    /// Adds a statement, and counts the rows that it will have affected.
    #[must_use]
    pub fn counting(mut self, metric: Metric, label: &'static str, statement: Statement) -> Self {
        self.parts.push(Part::Row(statement, Some((metric, label))));
        self
    }

    /// Adds several statements.
    #[must_use]
    pub fn and_all(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.parts.extend(statements.into_iter().map(|statement| Part::Row(statement, None)));
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn record(mut self, event: Event) -> Self {
        self.parts.push(Part::Event(Box::new(event)));
        self
    }

    /// Commits all of it, and tells how many rows each of the statements (not the events) affected.
    ///
    /// # Errors
    ///
    /// See [`Refused`]. Nothing was changed, but where storage doesn't know.
    pub async fn commit(self, ctx: &Context) -> Result<Vec<u64>, Refused> {
        let mut details = vec![Detail::Full; self.parts.len()];
        loop {
            let (statements, lengths) = self.statements(ctx, &details);
            let error = match storage::transact(statements).await {
                Ok(affected) => return Ok(self.told(&details, &lengths, affected)),
                Err(error) => error,
            };
            let event = self.blamed_event(&error, &lengths).and_then(|event| details.get_mut(event));
            let Some((detail, less)) = event.and_then(|detail| detail.less().map(|less| (detail, less)))
            else {
                return Err(self.refused(error, &lengths));
            };
            ctx.log(Level::Error, "a security event could not be written", &[("why", &words(&error))]);
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
            }
            statements.len().saturating_sub(before)
        });
        let lengths = lengths.collect();
        (statements, lengths)
    }

    fn refused(&self, error: Error, lengths: &[usize]) -> Refused {
        match error {
            Error::Conflict(conflict) => Refused::Conflict(conflict.constraint),
            Error::Unmet(statement) => {
                let part = part_of(statement, lengths).unwrap_or(0);
                let before = self.parts.iter().take(part);
                Refused::Unmet(before.filter(|part| matches!(part, Part::Row(..))).count())
            }
            other => Refused::Failed(other.into()),
        }
    }

    /// The part that the failure lies in, where that is an event that must not fail what it reports.
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
    fn told(&self, details: &[Detail], lengths: &[usize], affected: Vec<u64>) -> Vec<u64> {
        let mut affected = affected.into_iter();
        let mut rows = Vec::with_capacity(self.parts.len());
        for ((part, detail), length) in self.parts.iter().zip(details).zip(lengths) {
            for (index, count) in affected.by_ref().take(*length).enumerate() {
                let outcome = match (part, detail, length.saturating_sub(index)) {
                    (Part::Row(_, counted), ..) => {
                        if let Some((metric, label)) = counted
                            && count > 0
                        {
                            platform::count(*metric, label, count);
                        }
                        rows.push(count);
                        continue;
                    }
                    // What comes before only tells how many there are.
                    (Part::Event(_), Detail::Full | Detail::Minimal, 3..) => continue,
                    // An event of which there are too many is counted by the statement before its own.
                    (Part::Event(_), Detail::Full | Detail::Minimal, 2) => "coalesced",
                    (Part::Event(_), Detail::Full, _) => "written",
                    (Part::Event(_), Detail::Minimal, _) => "minimal",
                    (Part::Event(_), Detail::Lost | Detail::Nothing, _) => "lost",
                };
                // An event whose condition did not hold was none.
                if count > 0 {
                    platform::count(Metric::AuditEvents, outcome, 1);
                    if let Part::Event(event) = part
                        && let Some((metric, label)) = event.counted
                    {
                        platform::count(metric, label, 1);
                    }
                }
            }
        }
        rows
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

fn words(error: &Error) -> String {
    match error {
        Error::Conflict(conflict) => conflict.constraint.clone(),
        Error::Rejected(rejection) => rejection.message.clone(),
        _ => String::new(),
    }
}

/// For changes that no row should refuse.
impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Conflict(constraint) => crate::error::Bug::Conflict(constraint).into(),
            Refused::Unmet(_) => crate::error::Bug::Missing("a row that a statement expected").into(),
            Refused::Failed(failure) => failure,
        }
    }
}
