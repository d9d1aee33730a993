use super::{Component, call::context, types};
use crate::{
    bindings::exports::mana::auth::{
        sessions_read::{Error, Guest, Refusal, Session},
        tokens::Claims,
    },
    sessions,
};

impl Guest for Component {
    async fn get(id: String) -> Result<Session, Error> {
        let ctx = context().await?;
        Ok(sessions::get(&ctx, types::existing_session_id(&id)?).await?.into())
    }

    async fn list(user_id: String) -> Result<Vec<Session>, Error> {
        let ctx = context().await?;
        let user = types::user_id(&user_id)?;
        Ok(sessions::list(&ctx, user).await?.into_iter().map(Into::into).collect())
    }

    async fn validate(token: String) -> Result<Claims, Refusal> {
        let ctx = context().await.map_err(|_| Refusal::Unavailable)?;
        match sessions::validate_unlimited(&ctx, &token).await {
            Ok(claims) => Ok(claims.into()),
            Err(sessions::AccessTokenError::Invalid | sessions::AccessTokenError::Disowned) => {
                Err(Refusal::Invalid)
            }
            Err(sessions::AccessTokenError::Expired | sessions::AccessTokenError::Outdated) => {
                Err(Refusal::Expired)
            }
            Err(sessions::AccessTokenError::Revoked) => Err(Refusal::Revoked),
            Err(sessions::AccessTokenError::Failed(failure)) => Err(failure.into()),
        }
    }
}

impl From<sessions::Session> for Session {
    fn from(session: sessions::Session) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user_id.to_string(),
            parent_id: session.parent_id.map(|id| id.to_string()),
            origin: session.origin,
            device_id: session.device.id,
            device_name: session.device.name,
            ip_address: session.ip_address,
            user_agent: session.user_agent,
            remember_me: session.remember_me,
            created_at: session.created_at.as_millis(),
            last_activity_at: session.last_activity_at.as_millis(),
            expires_at: session.expires_at.as_millis(),
        }
    }
}
