//! `mana:auth/invalidations` over the embedder's [`Invalidations`].

use super::{Limit, State};
use crate::{
    bindings::mana::auth::invalidations::{self as wit, Glance},
    invalidations::{Answer, Invalidations, Position},
    metrics::{Metrics, StatementKind},
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// The most subjects of one call (`invalidations.peek`).
const MOST_SUBJECTS: usize = 8;

/// What the import needs.
#[derive(Clone)]
pub(crate) struct InvalidationsCtx {
    pub(crate) invalidations: Arc<dyn Invalidations>,
    pub(crate) limit: Limit,
    pub(crate) metrics: Arc<Metrics>,
}

impl InvalidationsCtx {
    pub(crate) fn view(&mut self) -> InvalidationsView<'_> {
        InvalidationsView(self)
    }
}

/// The import, for the time of one call.
pub(crate) struct InvalidationsView<'a>(&'a InvalidationsCtx);

struct HasInvalidations;

impl HasData for HasInvalidations {
    type Data<'a> = InvalidationsView<'a>;
}

pub(crate) fn add_to_linker(
    linker: &mut Linker<State>,
    view: fn(&mut State) -> InvalidationsView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<State, HasInvalidations>(linker, view)
}

impl wit::Host for InvalidationsView<'_> {
    fn peek(&mut self, subjects: Vec<String>, as_of: wit::Position) -> wasmtime::Result<Glance> {
        bounded(&subjects)?;
        self.0.metrics.statements(StatementKind::View, 1);
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
        metrics.statements(StatementKind::View, 1);
        let answer = limit.of(invalidations.check(&subjects, position(as_of))).await;
        Ok(to_wit(answer.unwrap_or(Answer::Unknown)))
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

fn to_wit(answer: Answer) -> wit::Answer {
    match answer {
        Answer::Current(Position { start, id }) => wit::Answer::Current(wit::Position { start, id }),
        Answer::Touched => wit::Answer::Touched,
        Answer::Unknown => wit::Answer::Unknown,
    }
}
