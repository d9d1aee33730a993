//! Without a view in memory: each time, the database is asked.

use super::{Freshness, Invalidations, Position};
use crate::storage::{Rows, Storage, Value};
use async_trait::async_trait;
use mana_auth_positions::{Found, Question};
use std::sync::Arc;

/// Asks a database about its own table `invalidations`, with one query each time.
pub struct QueriedInvalidations(pub Arc<dyn Storage>);

#[async_trait]
impl Invalidations for QueriedInvalidations {
    fn peek(&self, _: &[String], _: Position) -> Option<Freshness> {
        None
    }

    async fn check(&self, subjects: &[String], as_of: Position) -> Freshness {
        let Ok(id) = i64::try_from(as_of.id) else { return Freshness::Unknown };
        let question = Question::new(subjects.len(), as_of);
        let params = std::iter::once(Value::Integer(id)).chain(subjects.iter().cloned().map(Value::Text));
        let answer = self.0.query(&question.sql(), params.collect()).await;
        answer.ok().and_then(found).map_or(Freshness::Unknown, |found| question.answer(&found))
    }
}

fn found(rows: Rows) -> Option<Found> {
    let row: [Value; 4] = rows.rows.into_iter().next()?.try_into().ok()?;
    let [last, rows, is_touched, newest_start] = row;
    let integer = |value| if let Value::Integer(number) = value { Some(number) } else { None };
    let text = |value| if let Value::Text(text) = value { Some(text) } else { None };
    Found::read([last, rows, is_touched].map(integer), text(newest_start))
}
