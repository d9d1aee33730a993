//! The context of a call.

use super::types;
use crate::{
    bindings::exports::mana::auth::types::Client as Stated,
    context::{Client, Context},
    error::Error,
    maintenance, platform,
};

/// Of a call that no client is behind.
pub async fn context() -> Result<Context, Error> {
    of(Client::default()).await
}

/// Of a call for a client, as whoever makes it states.
pub async fn context_for(client: &Stated) -> Result<Context, Error> {
    of(types::client(client)?).await
}

async fn of(client: Client) -> Result<Context, Error> {
    platform::report_panics();
    Ok(Context::new(maintenance::started().await?, client))
}
