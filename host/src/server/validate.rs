//! Checking an access token without HTTP, for an app around the server.

use super::Server;
use crate::bindings::exports::mana::auth::{sessions_read::Refusal, tokens::Claims};
use futures::FutureExt as _;

/// The longest token that is handed to the component, which refuses longer ones.
const TOKEN: usize = 4 * 1024;

impl Server {
    /// What an access token says, if it is true at this moment: `sessions-read.validate`, within `request_timeout`.
    ///
    /// ```no_run
    /// # async fn run(server: mana_auth::Server, token: &str) {
    /// use mana_auth::bindings::exports::mana::auth::sessions_read::Refusal;
    ///
    /// match server.validate(token).await {
    ///     Ok(claims) => println!("{} is signed in", claims.sub),
    ///     Err(Refusal::Invalid | Refusal::Expired | Refusal::Revoked) => println!("nobody is"),
    ///     Err(Refusal::Unavailable | Refusal::Internal) => println!("nobody can tell, so nobody comes in"),
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Why the token is refused; `Unavailable` also where the queue is full, the server is shut down, or the
    /// instance that was asked ended or took too long.
    pub async fn validate(&self, token: &str) -> Result<Claims, Refusal> {
        if token.len() > TOKEN {
            return Err(Refusal::Invalid);
        }
        let token = token.to_owned();
        let verdict = self.shared.call_in_time("a token could not be checked", move |accessor, auth| {
            let sessions = auth.mana_auth_sessions_read();
            async move { sessions.call_validate(accessor, token).await }.boxed()
        });
        verdict.await.unwrap_or(Err(Refusal::Unavailable))
    }
}
