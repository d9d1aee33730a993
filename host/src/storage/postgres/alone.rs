//! The transaction of a batch that shares it with nobody. Its COMMIT goes along with it, so that all of it is one wait for the server. Where a statement
//! fails, the COMMIT undoes the others.

use super::{
    errors,
    pipeline::in_order,
    session::{Answer, Failed, Ready, Session, affected, begin, undone},
};
use crate::storage::{Error, counts::Counts, queue::CommitResult};

/// Runs it. None where there is no schema yet, and nothing was done.
pub(super) async fn run(
    session: &mut Session,
    batch: &[Ready],
    counts: &Counts,
) -> Result<Option<CommitResult>, Failed> {
    session.is_committing = true;
    let mut answers = send(session, batch).await;
    let committed = answers.pop().unwrap_or(Ok(0));
    let mut answers = answers.into_iter();
    let begun = answers.next().unwrap_or(Ok(0));
    if committed.as_ref().is_err_and(|error| error.as_db_error().is_none()) {
        // Whether it happened is not known, whatever the answers before it say.
        return Err(Failed::Lost);
    }
    session.is_committing = false;
    match begun {
        Err(error) if errors::is_of_no_table(&error) => {
            session.has_schema = false;
            return Ok(None);
        }
        Err(error) => return Err(undone(errors::of_control(&error, &session.complaints))),
        Ok(_) => {}
    }
    match (affected(session, batch, answers, counts), committed) {
        (Err(Error::Busy), _) => Err(Failed::Undone(Error::Busy)),
        (Err(Error::Unavailable), _) => Err(Failed::Lost),
        (Err(error), _) => Ok(Some(Err(error))),
        (Ok(_), Err(error)) => Err(match errors::of_commit(&error, &session.complaints) {
            // Whoever says so may stand between us and the server.
            Error::OutcomeUnknown | Error::Unavailable => {
                session.is_committing = true;
                Failed::Lost
            }
            error => undone(error),
        }),
        (Ok(affected), Ok(_)) => {
            counts.commit();
            Ok(Some(Ok(affected)))
        }
    }
}

async fn send(session: &Session, batch: &[Ready]) -> Vec<Answer> {
    let first = begin(true);
    let mut sent = vec![session.control(&first)];
    sent.extend(batch.iter().map(|ready| session.execute(&ready.sql, &ready.params)));
    sent.push(session.control("COMMIT"));
    in_order(sent).await
}
