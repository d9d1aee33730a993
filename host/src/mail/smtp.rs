//! Mail over SMTP (RFC 5321, RFC 6409).

use super::{mailer::Mailer, mime, smtp_url::SmtpUrl};
use crate::{
    bindings::mana::auth::mailer::{Message, Outcome},
    clock::Clock,
};
use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{Error, PoolConfig},
};
use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

/// How long the server may take for one answer. A whole attempt is bounded by its caller.
const ANSWER: Duration = Duration::from_secs(10);

/// The most connections at once, and how long one may idle.
const CONNECTIONS: u32 = 8;
const IDLE: Duration = Duration::from_secs(30);

/// A server that takes mails.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    clock: Arc<dyn Clock>,
}

impl Smtp {
    /// Of this address. `name` is what we call ourselves in `EHLO`.
    ///
    /// # Errors
    ///
    /// Where TLS can't be prepared, such as for want of root certificates.
    pub fn new(url: &SmtpUrl, name: &str, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE);
        let transport = url.transport(name)?.timeout(Some(ANSWER)).pool_config(pool).build();
        Ok(Self { transport, clock })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, message: Message) -> Outcome {
        let at = UNIX_EPOCH + Duration::from_millis(self.clock.now());
        let message = match mime::build(&message, at) {
            Ok(message) => message,
            Err(problem) => return Outcome::Never(problem.into()),
        };
        match self.transport.send(message).await {
            Ok(_) => Outcome::Accepted,
            Err(error) if error.is_permanent() => Outcome::Never(reason(&error)),
            Err(error) => Outcome::Later(reason(&error)),
        }
    }
}

/// Why, in a few words. Of an answer its code alone: servers repeat addresses.
fn reason(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_timeout() => "the server did not answer in time".into(),
        None if error.is_tls() => "TLS failed".into(),
        None if error.is_response() => "the server answered what is no SMTP".into(),
        None if error.is_client() => {
            "the server lacks what is asked of it, such as STARTTLS or a way to sign in".into()
        }
        None => "the server can't be reached".into(),
    }
}
