use super::{Component, context};
use crate::{
    bindings::exports::mana::auth::sessions::{Error, Guest},
    error, sessions,
};
use uuid::Uuid;

impl Guest for Component {
    async fn revoke(id: String) -> Result<(), Error> {
        let ctx = context().await?;
        Ok(sessions::revoke(&ctx, Uuid::try_parse(&id).map_err(|_| Error::NotFound)?).await?)
    }

    async fn revoke_all(user_id: String) -> Result<u64, Error> {
        let ctx = context().await?;
        Ok(sessions::revoke_all(&ctx, Uuid::try_parse(&user_id).map_err(|_| Error::NotFound)?).await?)
    }
}

impl From<error::Error> for Error {
    fn from(error: error::Error) -> Self {
        super::not_found_or(error, Self::NotFound, Self::Unavailable)
    }
}
