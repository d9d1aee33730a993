//! The context of a call.

use super::types;
use crate::{
    bindings::exports::mana::auth::types::Client as Stated,
    context::{Client, Context},
    error::{Failure, InputError},
    maintenance, platform,
};

/// Of a call that no client is behind.
pub async fn context() -> Result<Context, Failure> {
    of(Client::default()).await
}

/// Of a call for a client, as whoever makes it states.
pub async fn context_for(client: &Stated) -> Result<Context, InputError> {
    Ok(of(types::client(client)?).await?)
}

async fn of(client: Client) -> Result<Context, Failure> {
    platform::report_panics();
    Ok(Context::new(maintenance::started().await?, client))
}
