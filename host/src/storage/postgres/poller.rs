//! Keeps a [`View`] of the table `invalidations` by polling.
//!
//! Whoever asks joins a poll that is *sent* after the question came: so whatever was committed before the question, by whichever node, is in its
//! answer. One poll serves all who came while the one before was under way. Where a bound is configured, what was polled within it answers
//! without another; as of the moment of sending, by this node's own monotonic clock.

use super::connections::{Connections, close};
use crate::{
    clock::Clock,
    invalidations::{Freshness, Invalidations, Position, View, view::Row},
};
use async_trait::async_trait;
use deadpool_postgres::Object;
use futures::future::{Either, select};
use mana_auth_positions::timeline;
use std::{
    pin::pin,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::types::Type;

/// How many subjects are remembered.
const SUBJECTS: usize = 65_536;

/// How many may wait for a poll.
const WAITING: usize = 4096;

/// How long to wait for a poll. Then the database is asked itself.
const PATIENCE: Duration = Duration::from_millis(250);

/// The newest position, the newest start, and every row from a position on, as of one moment: one row at least.
const POLL: &str = "SELECT p.last, l.nonce, i.id, i.subject
     FROM positions p CROSS JOIN (SELECT nonce FROM lineages ORDER BY position DESC LIMIT 1) l
     LEFT JOIN (SELECT id, subject FROM invalidations WHERE id >= $1 ORDER BY id LIMIT 65537) i ON TRUE
     ORDER BY i.id";

/// The view, and the way to the task that polls.
pub(super) struct Poller {
    asks: mpsc::Sender<oneshot::Sender<()>>,
    seen: Arc<RwLock<Seen>>,
    bound: Duration,
    clock: Arc<dyn Clock>,
}

/// What the polls so far have shown.
struct Seen {
    view: View,
    /// When the newest was sent.
    sent: Option<Duration>,
}

impl Poller {
    pub(super) fn start(connections: Connections, bound: Duration, clock: Arc<dyn Clock>) -> Arc<Self> {
        let (asks, asked) = mpsc::channel(WAITING);
        let seen = Arc::new(RwLock::new(Seen { view: View::new(SUBJECTS), sent: None }));
        tokio::spawn(serve(connections, asked, Arc::clone(&seen), Arc::clone(&clock)));
        Arc::new(Self { asks, seen, bound, clock })
    }

    fn answer(&self, subjects: &[String], as_of: Position) -> Freshness {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).view.answer(subjects, as_of)
    }

    /// Whether the newest poll is young enough.
    fn is_young(&self) -> bool {
        let sent = self.seen.read().unwrap_or_else(PoisonError::into_inner).sent;
        !self.bound.is_zero()
            && sent.is_some_and(|sent| self.clock.elapsed().saturating_sub(sent) <= self.bound)
    }
}

#[async_trait]
impl Invalidations for Poller {
    fn peek(&self, subjects: &[String], as_of: Position) -> Option<Freshness> {
        if self.is_young() {
            return Some(self.answer(subjects, as_of));
        }
        // No poll makes that undone.
        Some(self.answer(subjects, as_of)).filter(|answer| *answer == Freshness::Touched)
    }

    async fn check(&self, subjects: &[String], as_of: Position) -> Freshness {
        let (ask, polled) = oneshot::channel();
        if self.asks.try_send(ask).is_err() {
            return Freshness::Unknown;
        }
        match select(polled, self.clock.sleep(PATIENCE)).await {
            Either::Left((Ok(()), _)) => self.answer(subjects, as_of),
            _ => Freshness::Unknown,
        }
    }
}

/// One poll after the other, for as long as somebody can ask.
async fn serve(
    connections: Connections,
    mut asked: mpsc::Receiver<oneshot::Sender<()>>,
    seen: Arc<RwLock<Seen>>,
    clock: Arc<dyn Clock>,
) {
    let mut connection = None;
    while let Some(first) = asked.recv().await {
        let open = match connection.take() {
            Some(open) => open,
            // Those who ask wait no longer for that than for a poll.
            None => match connections.get().await {
                Ok(open) => open,
                Err(_) => continue,
            },
        };
        let mut waiting = vec![first];
        waiting.extend(std::iter::from_fn(|| asked.try_recv().ok()));
        let sent = clock.elapsed();
        let from = seen.read().unwrap_or_else(PoisonError::into_inner).view.last();
        let outcome = match select(pin!(poll(&connections, &open, from)), clock.sleep(PATIENCE)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => None,
        };
        let Some(polled) = outcome else {
            close(open);
            continue;
        };
        connection = Some(open);
        seen.write().unwrap_or_else(PoisonError::into_inner).learn(polled, sent);
        for ask in waiting {
            // They may have gone.
            let _ = ask.send(());
        }
    }
}

/// What a poll has shown.
struct Polled {
    given: u64,
    newest_start: String,
    rows: Vec<Row>,
}

async fn poll(connections: &Connections, connection: &Object, from: u64) -> Option<Polled> {
    let from = i64::try_from(from).ok()?;
    let found = if connections.keeps_statements() {
        match connection.prepare_cached(POLL).await {
            Ok(prepared) => connection.query(&prepared, &[&from]).await,
            Err(error) => Err(error),
        }
    } else {
        connection.query_typed(POLL, &[(&from, Type::INT8)]).await
    };
    let complain = |error: &tokio_postgres::Error| {
        connections.complaints().make("invalidations can't be polled", &error.to_string());
    };
    let found = found.inspect_err(complain).ok()?;
    let newest = found.first()?;
    let (given, newest_start) = (number(newest, 0)?, newest.try_get(1).ok()?);
    let row = |row: &tokio_postgres::Row| Some(Row { id: number(row, 2)?, subject: row.try_get(3).ok()? });
    Some(Polled { given, newest_start, rows: found.iter().filter_map(row).collect() })
}

fn number(row: &tokio_postgres::Row, at: usize) -> Option<u64> {
    u64::try_from(row.try_get::<_, Option<i64>>(at).ok()??).ok()
}

impl Seen {
    fn learn(&mut self, polled: Polled, sent: Duration) {
        let Polled { given, newest_start, rows } = polled;
        let room = u64::try_from(self.view.capacity()).unwrap_or(u64::MAX);
        let is_far = given.saturating_sub(self.view.last()) >= room;
        let timeline = timeline(&newest_start);
        if self.sent.is_none() || is_far || !self.view.is_on(timeline) {
            self.view.begin_on(timeline, given, &newest_start);
        } else if !self.view.learn(given, rows) {
            tracing::error!("another database stands in the place of this one: restart the service");
            self.view.begin_on(timeline, given, &newest_start);
            self.view.distrust();
        }
        self.sent = Some(sent);
    }
}
