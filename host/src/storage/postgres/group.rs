//! The transaction that a group of batches shares: a savepoint for each, so that one which fails undoes none of the others.

use super::{
    errors,
    pipeline::in_order,
    session::{Answer, Failed, Ready, Session, affected, begin, undone},
};
use crate::storage::{Error, counts::Counts, queue::CommitResult};

/// Runs each batch, and commits those that succeeded.
pub(super) async fn run(
    session: &mut Session,
    batches: &[Vec<Ready>],
    counts: &Counts,
) -> Result<Vec<CommitResult>, Failed> {
    let mut outcomes: Vec<CommitResult> = Vec::with_capacity(batches.len());
    let mut first = begin(session.has_schema);
    while let Some(rest) = batches.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
        let mut answers = send(session, &first, outcomes.len(), rest).await.into_iter();
        if let Some(Err(error)) = answers.next() {
            if errors::is_of_no_table(&error) && session.has_schema {
                // The first migration makes the table whose lock it would take.
                session.has_schema = false;
                session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
                first = begin(false);
                continue;
            }
            return Err(undone(errors::of_control(&error, &session.complaints)));
        }
        first.clear();
        for batch in rest {
            let outcome = outcome(batch, &mut answers, counts, session);
            let is_done = outcome.is_ok();
            match outcome {
                Err(Error::Busy) => return Err(Failed::Undone(Error::Busy)),
                Err(Error::Unavailable) => return Err(Failed::Lost),
                outcome => outcomes.push(outcome),
            }
            if !is_done {
                // Whatever followed it in the pipeline is undone with it, and comes again.
                first = format!("ROLLBACK TO SAVEPOINT batch_{}", outcomes.len() - 1);
                break;
            }
        }
    }
    session.has_schema = true;
    if outcomes.iter().all(Result::is_err) {
        session.control("ROLLBACK").await.map_err(|_| Failed::Lost)?;
        return Ok(outcomes);
    }
    let last = if first.is_empty() { "COMMIT".to_owned() } else { format!("{first}; COMMIT") };
    session.is_committing = true;
    let committed = session.control(&last).await;
    if let Err(error) = committed {
        return Err(match errors::of_commit(&error, &session.complaints) {
            Error::OutcomeUnknown | Error::Unavailable => Failed::Lost,
            error => {
                session.is_committing = false;
                undone(error)
            }
        });
    }
    session.is_committing = false;
    counts.commit();
    Ok(outcomes)
}

/// Sends what comes first and every batch behind it, and waits for all of it.
async fn send(session: &Session, first: &str, done: usize, batches: &[Vec<Ready>]) -> Vec<Answer> {
    let savepoints: Vec<String> =
        (done..).take(batches.len()).map(|number| format!("SAVEPOINT batch_{number}")).collect();
    let mut sent = vec![session.control(first)];
    for (savepoint, batch) in savepoints.iter().zip(batches) {
        sent.push(session.control(savepoint));
        sent.extend(batch.iter().map(|ready| session.execute(&ready.sql, &ready.params)));
    }
    in_order(sent).await
}

/// What became of a batch: its savepoint and its statements are answered in their order.
fn outcome(
    batch: &[Ready],
    answers: &mut impl Iterator<Item = Answer>,
    counts: &Counts,
    session: &Session,
) -> CommitResult {
    let savepoint =
        answers.next().unwrap_or(Ok(0)).map_err(|error| errors::of_control(&error, &session.complaints));
    let answers: Vec<Answer> = answers.take(batch.len()).collect();
    savepoint?;
    affected(session, batch, answers.into_iter(), counts)
}
