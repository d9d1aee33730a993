use super::{
    Component,
    call::{context, context_for},
    types,
};
use crate::{
    bindings::exports::mana::auth::{
        sessions::{Client, Credential, Credentials, Device, Error, Guest, Refusal},
        types::SignedIn,
    },
    credentials::{self, SignIn},
    devices::DeviceCookie,
    email::Email,
    error::FieldProblem,
    passwords::Password,
    secrets::{CookieSecret, RefreshToken},
    sessions::{self, AuthenticateError},
};
use zeroize::Zeroizing;

impl Guest for Component {
    async fn sign_in(
        credentials: Credentials,
        remember_me: bool,
        device: Device,
        client: Client,
    ) -> Result<SignedIn, Refusal> {
        let ctx = context_for(&client).await?;
        let request = SignIn {
            email: Email::parse(&credentials.email).ok(),
            password: Password::parse(&Zeroizing::new(credentials.password))
                .map_err(FieldProblem::of("password"))?,
            remember_me,
            device: sessions::Device::of(&ctx.client, Some(&device.id), Some(&device.name)),
            device_cookies: DeviceCookie::parse(&device.token).into_iter().collect(),
            replaces: Vec::new(),
        };
        Ok(types::signed_in(credentials::sign_in(&ctx, request).await?, ctx.now))
    }

    async fn refresh(token: String, client: Client) -> Result<SignedIn, Refusal> {
        let ctx = context_for(&client).await?;
        Ok(types::signed_in(sessions::refresh(&ctx, &token).await?, ctx.now))
    }

    async fn exchange(cookie: String, origin: String, client: Client) -> Result<SignedIn, Refusal> {
        let ctx = context_for(&client).await?;
        let cookie = CookieSecret::parse(&cookie).ok_or(AuthenticateError::Unauthenticated)?;
        let (mut caller, _) = sessions::by_cookies(&ctx, vec![cookie]).await?;
        Ok(types::signed_in(sessions::exchange(&ctx, &mut caller, &origin).await?, ctx.now))
    }

    async fn sign_out(credential: Credential, client: Client) -> Result<(), Refusal> {
        let ctx = context_for(&client).await?;
        let credential = match &credential {
            Credential::AccessToken(token) => Some(sessions::Credential::AccessToken(token)),
            Credential::RefreshToken(token) => {
                RefreshToken::parse(token).map(sessions::Credential::RefreshToken)
            }
            Credential::Cookie(cookie) => CookieSecret::parse(cookie).map(sessions::Credential::Cookie),
        };
        match credential {
            Some(credential) => Ok(sessions::sign_out(&ctx, credential).await?),
            None => Ok(()),
        }
    }

    async fn revoke(id: String) -> Result<(), Error> {
        Ok(sessions::revoke(&context().await?, types::existing_session_id(&id)?).await?)
    }

    async fn revoke_all(user_id: String) -> Result<u64, Error> {
        Ok(sessions::revoke_all(&context().await?, types::user_id(&user_id)?).await?)
    }
}
