//! Mail over SMTP (RFC 5321, RFC 6409): a connection for each mail, dropped whenever anything is out of order.

use super::{
    mailer::Mailer,
    mime,
    smtp_url::{Security, SmtpUrl},
};
use crate::{
    bindings::mana::auth::mailer::{Message, Outcome},
    clock::Clock,
};
use async_trait::async_trait;
use futures::future::{Either, select};
use lettre::{
    Message as Mime,
    transport::smtp::{
        Error,
        authentication::Mechanism,
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::Response,
    },
};
use std::{
    error::Error as _,
    pin::pin,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tokio::sync::Semaphore;

/// How long connecting and signing in may take, then handing over, then taking leave.
const LOGIN: Duration = Duration::from_secs(10);
const HAND_OVER: Duration = Duration::from_secs(15);
const LEAVE: Duration = Duration::from_secs(2);

/// The most connections at once.
const CONNECTIONS: usize = 16;

/// A server that takes mails.
pub struct Smtp {
    url: SmtpUrl,
    name: ClientId,
    tls: TlsParameters,
    clock: Arc<dyn Clock>,
    connections: Semaphore,
}

impl Smtp {
    /// Of this address. `name` is what we call ourselves in `EHLO`.
    ///
    /// # Errors
    ///
    /// Where TLS can't be prepared, such as for want of root certificates.
    pub fn new(url: &SmtpUrl, name: &str, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self {
            tls: TlsParameters::new_rustls(url.host.clone())?,
            url: url.clone(),
            name: ClientId::Domain(name.to_owned()),
            clock,
            connections: Semaphore::new(CONNECTIONS),
        })
    }

    /// A connection that mails are taken on.
    async fn login(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpUrl { host, port, security, login } = &self.url;
        let tls = (*security == Security::Implicit).then(|| self.tls.clone());
        let server = (host.trim_matches(['[', ']']), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(LOGIN), &self.name, tls, None).await?;
        if *security == Security::StartTls {
            connection.starttls(self.tls.clone(), &self.name).await?;
        }
        if let Some(credentials) = login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    async fn within<T>(
        &self,
        time: Duration,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, String> {
        match select(pin!(step), self.clock.sleep(time)).await {
            Either::Left((outcome, _)) => outcome.map_err(|error| reason(&error)),
            Either::Right(((), _)) => Err("the server did not answer in time".into()),
        }
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
        let Ok(_connection) = self.connections.acquire().await else {
            return Outcome::Later("the server ends".into());
        };
        // Whatever is said before a mail is offered is about us, and not about the mail: an operator may mend it.
        let mut connection = match self.within(LOGIN, self.login()).await {
            Ok(connection) => connection,
            Err(reason) => return Outcome::Later(reason),
        };
        if !is_ascii(&message) && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Outcome::Never("the server takes no such address (SMTPUTF8)".into());
        }
        match select(pin!(hand_over(&mut connection, &message)), self.clock.sleep(HAND_OVER)).await {
            Either::Left((Ok(()), _)) => {}
            Either::Left((Err(HandOverError::Refused(error)), _)) if error.is_permanent() => {
                return Outcome::Never(reason(&error));
            }
            Either::Left((Err(HandOverError::Refused(error)), _)) => return Outcome::Later(reason(&error)),
            Either::Left((Err(HandOverError::OutOfStep), _)) => return out_of_step(),
            Either::Right(((), _)) => return Outcome::Later("the server did not answer in time".into()),
        }
        match select(pin!(connection.quit()), self.clock.sleep(LEAVE)).await {
            Either::Left((Ok(response), _)) if u16::from(response.code()) != GOODBYE => out_of_step(),
            Either::Left((Err(error), _)) if error.status().is_some() => out_of_step(),
            _ => Outcome::Accepted,
        }
    }
}

/// Answers that somebody put before the encrypted ones (STARTTLS injection) make each later one the answer to the step before: only
/// where each is of its own step was a mail taken.
fn out_of_step() -> Outcome {
    Outcome::Later("the server's answers were out of step".into())
}

/// Why a mail was not handed over.
enum HandOverError {
    /// The server refused it, or is gone.
    Refused(Error),
    /// An answer is none to what was said.
    OutOfStep,
}

impl From<Error> for HandOverError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The codes of RFC 5321 §4.2.3: of what was done, of a recipient that mail is forwarded to, of a mail that may begin, and of the end.
const OK: u16 = 250;
const FORWARDED: u16 = 251;
const BEGIN: u16 = 354;
const GOODBYE: u16 = 221;

/// Whether each address of a mail is in ASCII.
fn is_ascii(message: &Mime) -> bool {
    let envelope = message.envelope();
    envelope.from().into_iter().chain(envelope.to()).all(|address| address.to_string().is_ascii())
}

/// Offers a mail, and hands it over.
async fn hand_over(connection: &mut AsyncSmtpConnection, message: &Mime) -> Result<(), HandOverError> {
    let (envelope, content) = (message.envelope(), message.formatted());
    let mut options = Vec::new();
    if !is_ascii(message) {
        options.push(MailParameter::SmtpUtfEight);
    }
    if !content.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    is_one_of(&connection.command(Mail::new(envelope.from().cloned(), options)).await?, &[OK])?;
    for recipient in envelope.to() {
        is_one_of(&connection.command(Rcpt::new(recipient.clone(), Vec::new())).await?, &[OK, FORWARDED])?;
    }
    is_one_of(&connection.command(Data).await?, &[BEGIN])?;
    is_one_of(&connection.message(&content).await?, &[OK])
}

fn is_one_of(response: &Response, codes: &[u16]) -> Result<(), HandOverError> {
    if codes.contains(&response.code().into()) { Ok(()) } else { Err(HandOverError::OutOfStep) }
}

/// Why, in a few words. Of an answer its code alone: servers repeat addresses.
fn reason(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let is_of_certificate = causes.map(ToString::to_string).any(|cause| cause.contains("certificate"));
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if is_of_certificate => "TLS failed: the server's certificate is not accepted".into(),
        None if error.is_tls() => "TLS failed".into(),
        None if error.is_response() => {
            "the server ended the connection too early, or answered something else than SMTP".into()
        }
        None if error.is_client() => {
            "the server lacks what is asked of it, such as STARTTLS or a way to sign in".into()
        }
        None => "the server can't be reached".into(),
    }
}
