//! `mana:auth/invalidations` over the embedder's [`Invalidations`].

use super::limit::Limit;
use crate::{
    bindings::mana::auth::invalidations::{self as wit, Glance},
    invalidations::{Freshness, Invalidations, Position},
    metrics::Metrics,
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// The most subjects of one call (`invalidations.peek`).
const MOST_SUBJECTS: usize = 8;

/// What the import needs.
#[derive(Clone)]
pub struct InvalidationsCtx {
    pub(super) invalidations: Arc<dyn Invalidations>,
    pub(super) limit: Limit,
    pub(super) metrics: Arc<Metrics>,
}

impl InvalidationsCtx {
    /// Over whoever knows what changed. A call that takes longer than `limit` says is answered with "unknown".
    #[must_use]
    pub fn new(invalidations: Arc<dyn Invalidations>, limit: Limit) -> Self {
        Self { invalidations, limit, metrics: Arc::new(Metrics::new()) }
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> InvalidationsView<'_> {
        InvalidationsView(self)
    }
}

/// The import, for the time of one call.
pub struct InvalidationsView<'a>(&'a InvalidationsCtx);

struct HasInvalidations;

impl HasData for HasInvalidations {
    type Data<'a> = InvalidationsView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{clock::SystemClock, imports::{Limit, invalidations::{self, InvalidationsCtx}}, storage::{Sqlite, SqliteOptions}};
/// use std::{path::PathBuf, sync::Arc, time::Duration};
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     invalidations: InvalidationsCtx,
/// }
///
/// let clock = Arc::new(SystemClock::default());
/// let database = Sqlite::open(SqliteOptions::new(PathBuf::from("auth.db")), clock.clone())?;
/// let limit = Limit::new(Duration::from_secs(5), clock);
/// let state = State { invalidations: InvalidationsCtx::new(database.invalidations(), limit) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// invalidations::add_to_linker(&mut linker, |state| state.invalidations.view())?;
/// # drop(state);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Where something else satisfies it already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> InvalidationsView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasInvalidations>(linker, view)
}

impl wit::Host for InvalidationsView<'_> {
    fn peek(&mut self, subjects: Vec<String>, as_of: wit::Position) -> wasmtime::Result<Glance> {
        bounded(&subjects)?;
        self.0.metrics.looked();
        let answer = self.0.invalidations.peek(&subjects, position(as_of));
        Ok(answer.map_or(Glance::Ask, |answer| Glance::Known(to_wit(answer))))
    }
}

impl<T: 'static> wit::HostWithStore<T> for HasInvalidations {
    async fn check(
        accessor: &Accessor<T, Self>,
        subjects: Vec<String>,
        as_of: wit::Position,
    ) -> wasmtime::Result<wit::Answer> {
        bounded(&subjects)?;
        let InvalidationsCtx { invalidations, limit, metrics } =
            accessor.with(|mut access| access.get().0.clone());
        metrics.looked();
        let answer = limit.of(invalidations.check(&subjects, position(as_of))).await;
        Ok(to_wit(answer.unwrap_or(Freshness::Unknown)))
    }
}

fn bounded(subjects: &[String]) -> wasmtime::Result<()> {
    let count = subjects.len();
    wasmtime::ensure!(
        count <= MOST_SUBJECTS,
        "invalidations: {count} subjects are more than {MOST_SUBJECTS}"
    );
    Ok(())
}

fn position(position: wit::Position) -> Position {
    Position { start: position.start, id: position.id }
}

fn to_wit(answer: Freshness) -> wit::Answer {
    match answer {
        Freshness::Current(Position { start, id }) => wit::Answer::Current(wit::Position { start, id }),
        Freshness::Touched => wit::Answer::Touched,
        Freshness::Unknown => wit::Answer::Unknown,
    }
}
