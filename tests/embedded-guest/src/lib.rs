//! A component of somebody else's: it imports what an embedder may link, and hands on what it is given.

mod bindings;
mod guest;

use bindings::{
    exports::mana::embedded::shop::Guest as Shop,
    mana::auth::{
        audit_log::{self, Error, Event},
        sessions::{self, Client, Credential, Credentials, Device},
        token_signing,
        types::{Refusal, SignedIn},
    },
};

/// The component.
struct Guest;

impl Shop for Guest {
    async fn record(event: Event) -> Result<String, Error> {
        audit_log::record(event).await
    }

    async fn enter(email: String, password: String, client: Client) -> Result<SignedIn, Refusal> {
        let device = Device { id: "till-1".to_owned(), name: String::new(), token: String::new() };
        sessions::sign_in(Credentials { email, password }, false, device, client).await
    }

    async fn ticket(session: String, audience: String) -> Result<String, Refusal> {
        Ok(token_signing::service_token(session, audience).await?.token)
    }

    async fn leave(refresh_token: String, client: Client) -> Result<(), Refusal> {
        sessions::sign_out(Credential::RefreshToken(refresh_token), client).await
    }
}
