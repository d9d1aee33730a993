use super::{Component, context, problems};
use crate::{
    accounts::{self, By, Name, Registration},
    bindings::exports::mana::auth::accounts::{Error, Guest, NewUser, Problem, Role, User},
    email::Email,
    error,
    passwords::NewPassword,
    time::Time,
};
use uuid::Uuid;

impl Guest for Component {
    async fn create(new: NewUser) -> Result<User, Error> {
        let ctx = context().await?;
        let wrong =
            |field: &str, message: String| Error::Invalid(vec![Problem { field: field.into(), message }]);
        let registration = Registration {
            email: Email::parse(&new.email).map_err(|message| wrong("email", message.into()))?,
            password: NewPassword::try_from(new.password)
                .map_err(|message| wrong("password", message.into()))?,
            name: Name::parse(&new.name).map_err(|message| wrong("name", message))?,
            by: By::Operator,
        };
        Ok(shown(accounts::register(&ctx, registration).await?, ctx.now))
    }

    async fn get(id: String) -> Result<User, Error> {
        let ctx = context().await?;
        let user = accounts::by_id(parse(&id)?).await?;
        user.map(|user| shown(user, ctx.now)).ok_or(Error::NotFound)
    }

    async fn find(email: String) -> Result<User, Error> {
        let ctx = context().await?;
        Ok(shown(accounts::find(&email).await?, ctx.now))
    }

    async fn list(limit: u32, before: Option<String>) -> Result<Vec<User>, Error> {
        let ctx = context().await?;
        let before = before.map(|id| parse(&id)).transpose()?;
        let users = accounts::list(limit, before).await?;
        Ok(users.into_iter().map(|user| shown(user, ctx.now)).collect())
    }

    async fn delete(id: String) -> Result<(), Error> {
        let ctx = context().await?;
        Ok(accounts::remove(&ctx, parse(&id)?).await?)
    }

    async fn unlock(id: String) -> Result<bool, Error> {
        let ctx = context().await?;
        Ok(accounts::unlock(&ctx, parse(&id)?, "operator").await?)
    }

    async fn set_role(id: String, role: Role) -> Result<User, Error> {
        let ctx = context().await?;
        let role = match role {
            Role::User => accounts::Role::User,
            Role::Admin => accounts::Role::Admin,
            Role::Service => accounts::Role::Service,
        };
        Ok(shown(accounts::set_role(&ctx, parse(&id)?, role).await?, ctx.now))
    }
}

fn parse(id: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(id).map_err(|_| Error::NotFound)
}

/// An account as the interface shows it, at this moment.
fn shown(user: accounts::User, now: Time) -> User {
    User {
        id: user.id.to_string(),
        email: user.email.as_str().to_owned(),
        name: user.name,
        image: user.image,
        role: match user.role {
            accounts::Role::User => Role::User,
            accounts::Role::Admin => Role::Admin,
            accounts::Role::Service => Role::Service,
        },
        email_verified: user.email_verified,
        banned: user.ban.holds(now),
        created_at: user.created_at.as_millis(),
        updated_at: user.updated_at.as_millis(),
    }
}

impl From<error::Error> for Error {
    fn from(error: error::Error) -> Self {
        match error {
            error::Error::Invalid(fields) => Self::Invalid(problems(fields)),
            error::Error::EmailTaken => Self::EmailTaken,
            error::Error::NotFound => Self::NotFound,
            error::Error::Overloaded => Self::Busy,
            other => {
                super::log(&other);
                Self::Unavailable
            }
        }
    }
}
