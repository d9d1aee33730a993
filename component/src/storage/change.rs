//! Everything that one use case changes, committed once: rows and audit events stand or fall together.

use super::{Error, Statement};
use crate::{
    audit::{self, Event},
    bindings::mana::auth::storage,
    context::Context,
    error::Error as Failure,
    platform::{self, Level, Metric},
};

/// A change to be committed as one.
#[derive(Default)]
pub struct Change {
    parts: Vec<Part>,
}

enum Part {
    Row(Statement),
    Event(Box<Event>),
}

/// How a change ended that was refused by the rows that it met. Nothing was changed.
#[derive(Debug)]
pub enum Refused {
    /// A row to be inserted exists: the constraint's name.
    Conflict(String),
    /// A row was not as it was read before: someone else was faster.
    Unmet,
    /// Anything else.
    Failed(Failure),
}

/// How much of its events a change carries. Logging must never fail a sign-in: an event that the database
/// refuses is tried again with fields of our own making only, and then left out and counted.
#[derive(Clone, Copy, PartialEq)]
enum Detail {
    Full,
    Minimal,
    Lost,
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
        self.parts.push(Part::Row(statement));
        self
    }

    /// Adds several statements.
    #[must_use]
    pub fn and_all(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.parts.extend(statements.into_iter().map(Part::Row));
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
        let mut detail = Detail::Full;
        loop {
            match storage::transact(self.statements(ctx, detail)).await {
                Ok(affected) => {
                    self.count_degraded(detail, &affected);
                    return Ok(self.row_counts(&affected));
                }
                Err(error) => {
                    let next = match detail {
                        Detail::Full => Detail::Minimal,
                        _ => Detail::Lost,
                    };
                    if detail == Detail::Lost || !self.blames_an_expendable_event(&error) {
                        return Err(error.into());
                    }
                    platform::log(
                        Level::Error,
                        "a security event could not be written",
                        &[("why", &words(&error))],
                    );
                    detail = next;
                }
            }
        }
    }

    fn statements(&self, ctx: &Context, detail: Detail) -> Vec<Statement> {
        self.parts
            .iter()
            .map(|part| match (part, detail) {
                (Part::Row(statement), _) => statement.clone(),
                (Part::Event(event), Detail::Minimal) if event.is_expendable() => {
                    audit::rows::insert(&event.minimal(), ctx)
                }
                (Part::Event(event), Detail::Lost) if event.is_expendable() => audit::rows::count_lost(event),
                (Part::Event(event), _) => audit::rows::insert(event, ctx),
            })
            .collect()
    }

    /// Whether the failure lies in an event that must not fail what it reports.
    fn blames_an_expendable_event(&self, error: &Error) -> bool {
        let statement = match error {
            Error::Conflict(conflict) => conflict.statement,
            Error::Rejected(rejection) => rejection.statement,
            Error::Unmet(statement) => *statement,
            Error::Busy | Error::Unavailable | Error::OutcomeUnknown => return false,
        };
        match usize::try_from(statement).ok().and_then(|index| self.parts.get(index)) {
            Some(Part::Event(event)) => event.is_expendable(),
            _ => false,
        }
    }

    fn row_counts(&self, affected: &[u64]) -> Vec<u64> {
        let rows = self.parts.iter().zip(affected).filter(|(part, _)| matches!(part, Part::Row(_)));
        rows.map(|(_, count)| *count).collect()
    }

    fn count_degraded(&self, detail: Detail, affected: &[u64]) {
        let label = match detail {
            Detail::Full => return,
            Detail::Minimal => "minimal",
            Detail::Lost => "lost",
        };
        // An event whose condition did not hold was none.
        let degraded = |(part, written): &(&Part, &u64)| {
            **written > 0 && matches!(part, Part::Event(event) if event.is_expendable())
        };
        let events = self.parts.iter().zip(affected).filter(degraded).count();
        platform::count(Metric::AuditEventsDegraded, label, u64::try_from(events).unwrap_or(u64::MAX));
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::Conflict(conflict) => conflict.constraint.clone(),
        Error::Rejected(rejection) => rejection.message.clone(),
        _ => String::new(),
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(conflict) => Self::Conflict(conflict.constraint),
            Error::Unmet(_) => Self::Unmet,
            other => Self::Failed(other.into()),
        }
    }
}

/// For changes that no row should refuse.
impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Conflict(constraint) => crate::error::Bug::Conflict(constraint).into(),
            Refused::Unmet => crate::error::Bug::Missing("a row that a statement expected").into(),
            Refused::Failed(failure) => failure,
        }
    }
}
