use super::{Component, call::context};
use crate::{
    audit::{
        self,
        read::{self, Entry},
        tree,
    },
    bindings::exports::mana::auth::audit::{
        Comparison, Count, Error, Event, Filter, Guest, Hourly, NewEvent, RepeatedFailures, Totals,
        Verification,
    },
    email::Email,
    error::FieldProblem,
    ids::{self, UserId},
    time::Time,
};
use uuid::Uuid;

impl Guest for Component {
    async fn record(source: String, event: NewEvent) -> Result<String, Error> {
        let ctx = context().await?;
        let event = audit::Recorded::parse(
            &source,
            event.event_type,
            event.user_id.as_deref(),
            event.ip_address.as_deref(),
            event.user_agent.as_deref(),
            &event.metadata,
        )?;
        Ok(audit::record(&ctx, &event).await?.to_string())
    }

    async fn user_events(user_id: String, limit: u32, before: Option<String>) -> Result<Vec<Event>, Error> {
        context().await?;
        let filter = read::Filter { user: Some(user(&user_id)?), ..read::Filter::default() };
        page(filter, limit, before).await
    }

    async fn events(filter: Filter, limit: u32, before: Option<String>) -> Result<Vec<Event>, Error> {
        context().await?;
        let filter = read::Filter {
            event_type: filter.event_type,
            user: filter.user_id.map(|id| user(&id)).transpose()?,
            ip_address: filter.ip_address,
            since: filter.since.map(Time::from_millis),
            until: filter.until.map(Time::from_millis),
        };
        page(filter, limit, before).await
    }

    async fn failed_logins(since: u64) -> Result<Vec<Event>, Error> {
        context().await?;
        Ok(read::failed_logins(Time::from_millis(since)).await?.into_iter().map(Into::into).collect())
    }

    async fn summary(since: u64) -> Result<Totals, Error> {
        let summary = read::summary(&context().await?, Time::from_millis(since)).await?;
        Ok(Totals {
            by_type: summary
                .by_type
                .into_iter()
                .map(|(event_type, count)| Count { event_type, count: whole(count) })
                .collect(),
            by_hour: summary
                .by_hour
                .into_iter()
                .map(|(hour, event_type, count)| Hourly {
                    hour: hour.as_millis(),
                    event_type,
                    count: whole(count),
                })
                .collect(),
            repeated_failures: summary
                .repeated_failures
                .into_iter()
                .map(|(ip_address, user_agent, count)| RepeatedFailures {
                    ip_address,
                    user_agent,
                    count: whole(count),
                })
                .collect(),
        })
    }

    async fn verify(from: u64, to: u64) -> Result<Verification, Error> {
        let verification = tree::verify_range(&context().await?, from, to).await?;
        Ok(to_wit(verification, tree::count_unsealed().await?))
    }

    async fn last_verification() -> Result<Option<Verification>, Error> {
        let ctx = context().await?;
        let unsealed = tree::count_unsealed().await?;
        Ok(tree::last_verification(&ctx).await?.map(|verification| to_wit(verification, unsealed)))
    }

    async fn checkpoint() -> Result<Option<String>, Error> {
        Ok(tree::newest_checkpoint(&context().await?).await?)
    }

    async fn compare(checkpoint: String) -> Result<Comparison, Error> {
        Ok(match tree::compare(&context().await?, &checkpoint).await? {
            tree::Comparison::Consistent => Comparison::Consistent,
            tree::Comparison::BegunAnew => Comparison::BegunAnew,
            tree::Comparison::Foreign => Comparison::Foreign,
        })
    }

    async fn keys() -> Result<Vec<String>, Error> {
        let keys = tree::verifiers(&context().await?).await?;
        Ok(keys.iter().map(ToString::to_string).collect())
    }

    async fn rotate_key() -> Result<String, Error> {
        Ok(tree::rotate_key(&context().await?).await?.to_string())
    }

    async fn erase(user_id: String, email: Option<String>) -> Result<u64, Error> {
        let ctx = context().await?;
        let user = user(&user_id)?;
        let email = email.map(|email| Email::parse(&email)).transpose();
        let email = email.map_err(FieldProblem::of("email"))?;
        Ok(tree::erase(&ctx, user, email.as_ref().map(Email::as_str), "operator").await?)
    }
}

async fn page(filter: read::Filter, limit: u32, before: Option<String>) -> Result<Vec<Event>, Error> {
    let before = before.map(|before| id("before", &before)).transpose()?;
    Ok(read::events(filter, limit, before).await?.into_iter().map(Into::into).collect())
}

fn user(id: &str) -> Result<UserId, FieldProblem> {
    UserId::parse(id).ok_or_else(|| FieldProblem::new("userId", ids::PROBLEM))
}

fn id(field: &'static str, text: &str) -> Result<Uuid, FieldProblem> {
    Uuid::try_parse(text).map_err(|_| FieldProblem::new(field, "must be a UUID"))
}

/// A number of rows, which is never negative.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn to_wit(verification: tree::Verification, unsealed: u64) -> Verification {
    let tree::Verification { from, to, begun, first_bad } = verification;
    Verification { from, to, verified_at: begun.as_millis(), first_bad, unsealed }
}

impl From<Entry> for Event {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            event_type: entry.event_type,
            source: entry.source,
            user_id: entry.user_id,
            ip_address: entry.ip_address,
            user_agent: entry.user_agent,
            metadata: entry.metadata,
            created_at: entry.created_at.as_millis(),
            leaf: entry.leaf,
        }
    }
}
