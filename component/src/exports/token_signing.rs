use super::{Component, call::context, types};
use crate::{
    bindings::exports::mana::auth::token_signing::{Guest, Refusal, SignedToken},
    sessions,
};

impl Guest for Component {
    async fn access_token(session: String) -> Result<SignedToken, Refusal> {
        let ctx = context().await?;
        Ok(sessions::sign_access_token(&ctx, types::session_id(&session)?).await?.into())
    }

    async fn service_token(session: String, audience: String) -> Result<SignedToken, Refusal> {
        let ctx = context().await?;
        Ok(sessions::sign_service_token(&ctx, types::session_id(&session)?, &audience).await?.into())
    }
}

impl From<sessions::AccessToken> for SignedToken {
    fn from(token: sessions::AccessToken) -> Self {
        Self { token: token.text, expires_in: types::seconds(token.expires_in) }
    }
}
