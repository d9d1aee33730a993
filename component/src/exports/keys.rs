use super::{Component, call::context};
use crate::{
    bindings::exports::mana::auth::keys::{Error, Guest, Key, State},
    keys,
    time::Time,
};

impl Guest for Component {
    async fn jwks() -> Result<String, Error> {
        let ctx = context().await?;
        Ok(keys::current(ctx.settings).await?.accepted().to_json())
    }

    async fn list() -> Result<Vec<Key>, Error> {
        let ctx = context().await?;
        let all = keys::all().await?;
        Ok(all.iter().map(|key| describe(key, &all, ctx.now)).collect())
    }

    async fn rotate() -> Result<Key, Error> {
        let ctx = context().await?;
        let key = keys::rotate(&ctx).await?;
        Ok(describe(&key, &keys::all().await?, ctx.now))
    }

    async fn revoke(id: String) -> Result<(), Error> {
        Ok(keys::revoke(&context().await?, &id).await?)
    }
}

fn describe(key: &keys::Key, all: &[keys::Key], now: Time) -> Key {
    Key {
        id: key.public.kid().to_owned(),
        state: match key.state(all, now) {
            keys::KeyState::Published => State::Published,
            keys::KeyState::Signing => State::Signing,
            keys::KeyState::Retired => State::Retired,
            keys::KeyState::Revoked => State::Revoked,
        },
        created_at: key.created_at.as_millis(),
        signs_from: key.signs_from.as_millis(),
        secret_version: key.secret_version(),
    }
}
