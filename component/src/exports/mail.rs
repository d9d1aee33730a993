use super::{Component, call::context};
use crate::{
    bindings::exports::mana::auth::mail::{Entry, Error, Guest, Sent, State},
    email::Email,
    mail,
    mailer::{self, Outcome},
};

impl Guest for Component {
    async fn deliver() -> Result<bool, Error> {
        Ok(mail::deliver(&context().await?).await?)
    }

    fn committed() -> bool {
        mailer::take_committed()
    }

    async fn list() -> Result<Vec<Entry>, Error> {
        let entries = mail::list(&context().await?).await?;
        Ok(entries.into_iter().map(Entry::from).collect())
    }

    async fn retry(id: Option<String>) -> Result<u32, Error> {
        let count = mail::retry(&context().await?, id.as_deref()).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn test(to: String) -> Result<Option<Sent>, Error> {
        let ctx = context().await?;
        let Ok(to) = Email::parse(&to) else { return Ok(None) };
        Ok(mail::test(&ctx, to).await.map(|outcome| match outcome {
            Outcome::Accepted => Sent::Accepted,
            Outcome::Later(reason) => Sent::Later(reason),
            Outcome::Never(reason) => Sent::Never(reason),
        }))
    }
}

impl From<mail::Entry> for Entry {
    fn from(entry: mail::Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            state: match entry.state {
                mail::State::Waiting => State::Waiting,
                mail::State::Failed => State::Failed,
            },
            to: entry.to.map(|to| to.as_str().to_owned()),
            created_at: entry.created_at.as_millis(),
            due_at: entry.due_at.as_millis(),
            attempts: entry.attempts,
            reason: entry.reason,
        }
    }
}
