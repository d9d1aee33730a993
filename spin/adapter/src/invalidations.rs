//! `invalidations`: an instance here lives for seconds, so it keeps no view; each time, the database is asked.

use crate::{
    Adapter,
    bindings::{
        invalidations::{Answer, Glance, Guest, Position},
        storage::{Guest as _, Value},
    },
};
use mana_auth_positions::{self as positions, Found, Question};

impl Guest for Adapter {
    fn peek(_: Vec<String>, _: Position) -> Glance {
        Glance::Ask
    }

    async fn check(subjects: Vec<String>, as_of: Position) -> Answer {
        let Ok(id) = i64::try_from(as_of.id) else { return Answer::Unknown };
        let question =
            Question::new(subjects.len(), positions::Position { start: as_of.start, id: as_of.id });
        let params = std::iter::once(Value::Integer(id)).chain(subjects.into_iter().map(Value::Text));
        let answer = Self::query(question.sql(), params.collect()).await;
        match answer.ok().and_then(|rows| found(rows.rows)).map(|found| question.answer(&found)) {
            Some(positions::Freshness::Current(positions::Position { start, id })) => {
                Answer::Current(Position { start, id })
            }
            Some(positions::Freshness::Touched) => Answer::Touched,
            Some(positions::Freshness::Unknown) | None => Answer::Unknown,
        }
    }
}

fn found(rows: Vec<Vec<Value>>) -> Option<Found> {
    let row: [Value; 4] = rows.into_iter().next()?.try_into().ok()?;
    let [last, rows, is_touched, newest_start] = row;
    let integer = |value| if let Value::Integer(number) = value { Some(number) } else { None };
    let text = |value| if let Value::Text(text) = value { Some(text) } else { None };
    Found::read([last, rows, is_touched].map(integer), text(newest_start))
}
