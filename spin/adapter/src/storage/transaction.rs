//! A batch in one transaction, which ends on every path: nobody else rolls back what is left open.

use crate::bindings::storage::{Error, Statement, Value};

/// A connection on which statements can be executed.
pub trait Session {
    /// How a transaction begins that may write.
    const BEGIN: &'static str;
    /// What is said first within it.
    const SETTINGS: &'static [&'static str] = &[];

    /// Executes a statement, the `position`th of its batch. How many rows it affected.
    async fn execute(&self, sql: &str, params: Vec<Value>, position: u32) -> Result<u64, Error>;

    /// Takes the lock that keeps others from writing, where BEGIN does not. False: there is no schema yet, and the transaction can't go on.
    async fn lock(&self) -> Result<bool, Error> {
        Ok(true)
    }

    /// Waits before the next attempt, where the database itself does not wait.
    async fn pause(_failures: u32) {}

    /// What a failed COMMIT says of the transaction.
    fn after_commit(error: Error) -> Error;
}

/// Commits every statement, or none. How many rows each affected. `open` is called for each of at most `attempts`,
/// for as long as others are in the way.
pub async fn commit<S: Session>(
    attempts: u32,
    open: impl AsyncFn() -> Result<S, Error>,
    statements: &[Statement],
) -> Result<Vec<u64>, Error> {
    for failures in 1..attempts {
        // In a statement of its own, so that the connection is not held during the pause.
        let outcome = attempt(&open().await?, statements).await;
        if !matches!(outcome, Err(Error::Busy)) {
            return outcome;
        }
        S::pause(failures).await;
    }
    attempt(&open().await?, statements).await
}

async fn attempt<S: Session>(session: &S, statements: &[Statement]) -> Result<Vec<u64>, Error> {
    begin(session).await?;
    let outcome = match locked(session, statements).await {
        Ok(affected) => session.execute("COMMIT", vec![], 0).await.map(|_| affected).map_err(S::after_commit),
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // The database may have done it itself, or the connection be gone: then there is nothing left to do.
        let _ = session.execute("ROLLBACK", vec![], 0).await;
    }
    outcome
}

async fn begin<S: Session>(session: &S) -> Result<(), Error> {
    session.execute(S::BEGIN, vec![], 0).await?;
    Ok(())
}

async fn locked<S: Session>(session: &S, statements: &[Statement]) -> Result<Vec<u64>, Error> {
    for setting in S::SETTINGS {
        session.execute(setting, vec![], 0).await?;
    }
    if !session.lock().await? {
        session.execute("ROLLBACK", vec![], 0).await?;
        begin(session).await?;
    }
    apply(session, statements).await
}

async fn apply<S: Session>(session: &S, statements: &[Statement]) -> Result<Vec<u64>, Error> {
    let mut affected = Vec::with_capacity(statements.len());
    for (position, statement) in (0_u32..).zip(statements) {
        let count = session.execute(&statement.sql, statement.params.clone(), position).await?;
        if statement.expect.is_some_and(|expected| expected != count) {
            return Err(Error::Unmet(position));
        }
        affected.push(count);
    }
    Ok(affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use std::cell::RefCell;

    /// Says what it is told to say to each statement, and 1 to others.
    #[derive(Clone, Copy)]
    struct Fake<'a> {
        said: &'a RefCell<Vec<String>>,
        answer: fn(&str) -> Result<u64, Error>,
    }

    impl Session for Fake<'_> {
        const BEGIN: &'static str = "BEGIN";
        const SETTINGS: &'static [&'static str] = &["SET"];

        async fn execute(&self, sql: &str, _: Vec<Value>, _: u32) -> Result<u64, Error> {
            self.said.borrow_mut().push(sql.to_owned());
            (self.answer)(sql)
        }

        async fn pause(failures: u32) {
            PAUSES.with_borrow_mut(|pauses| pauses.push(failures));
        }

        fn after_commit(error: Error) -> Error {
            if matches!(error, Error::Unavailable) { Error::OutcomeUnknown } else { error }
        }
    }

    thread_local! {
        static PAUSES: RefCell<Vec<u32>> = const { RefCell::new(vec![]) };
    }

    /// What became of the batch `a`, `b`, of which `a` must affect one row, and what was said to the database.
    fn commit(answer: fn(&str) -> Result<u64, Error>) -> (Result<Vec<u64>, Error>, String) {
        let said = RefCell::default();
        let fake = Fake { said: &said, answer };
        let statement = |sql: &str, expect| Statement { sql: sql.to_owned(), params: vec![], expect };
        let batch = [statement("a", Some(1)), statement("b", None)];
        let outcome = block_on(super::commit(3, async || Ok(fake), &batch));
        (outcome, said.into_inner().join(" "))
    }

    #[test]
    fn all_of_it_is_committed() {
        let (outcome, said) = commit(|_| Ok(1));
        assert!(matches!(outcome.as_deref(), Ok([1, 1])));
        assert_eq!(said, "BEGIN SET a b COMMIT");
    }

    #[test]
    fn an_unmet_expectation_ends_it() {
        let (outcome, said) = commit(|_| Ok(2));
        assert!(matches!(outcome, Err(Error::Unmet(0))));
        assert_eq!(said, "BEGIN SET a ROLLBACK");
    }

    #[test]
    fn a_refused_statement_ends_it() {
        let (outcome, said) = commit(|sql| if sql == "b" { Err(Error::Unavailable) } else { Ok(1) });
        assert!(matches!(outcome, Err(Error::Unavailable)));
        assert_eq!(said, "BEGIN SET a b ROLLBACK");
    }

    #[test]
    fn a_refused_setting_ends_it() {
        let (outcome, said) = commit(|sql| if sql == "SET" { Err(Error::Unavailable) } else { Ok(1) });
        assert!(matches!(outcome, Err(Error::Unavailable)));
        assert_eq!(said, "BEGIN SET ROLLBACK");
    }

    #[test]
    fn one_that_never_began_is_left_alone() {
        let (outcome, said) = commit(|_| Err(Error::Unavailable));
        assert!(matches!(outcome, Err(Error::Unavailable)));
        assert_eq!(said, "BEGIN");
    }

    #[test]
    fn it_is_tried_again_while_others_are_in_the_way_but_not_for_ever() {
        let (outcome, said) = commit(|sql| if sql == "b" { Err(Error::Busy) } else { Ok(1) });
        assert!(matches!(outcome, Err(Error::Busy)));
        assert_eq!(said, ["BEGIN SET a b ROLLBACK"; 3].join(" "));
        assert_eq!(PAUSES.take(), [1, 2]);
        let (outcome, said) = commit(|sql| if sql == "COMMIT" { Err(Error::Busy) } else { Ok(1) });
        assert!(matches!(outcome, Err(Error::Busy)));
        assert_eq!(said, ["BEGIN SET a b COMMIT ROLLBACK"; 3].join(" "));
    }

    #[test]
    fn a_commit_without_an_answer_may_have_happened() {
        let (outcome, said) = commit(|sql| if sql == "COMMIT" { Err(Error::Unavailable) } else { Ok(1) });
        assert!(matches!(outcome, Err(Error::OutcomeUnknown)));
        assert_eq!(said, "BEGIN SET a b COMMIT ROLLBACK");
    }
}
