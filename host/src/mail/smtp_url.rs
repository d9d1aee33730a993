//! The address of a server that takes mails.

use crate::loopback::is_loopback;
use lettre::transport::smtp::authentication::Credentials;
use url::Url;

/// Where mails are handed over, and how. It has no `Debug`: it holds a password.
#[derive(Clone)]
pub struct SmtpUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Credentials>,
}

/// Whether a connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte (RFC 8314 §3.3).
    Implicit,
    /// STARTTLS (RFC 3207), and nothing before it.
    StartTls,
    /// In the clear, to this machine.
    None,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlProblem {
    /// It has no scheme of ours.
    #[error("must begin with smtps:// or smtp://, such as smtps://user:password@smtp.example.com")]
    Scheme,
    /// It has no host, or more than host, port, user and password.
    #[error("must be a host, with a port, user and password at most; these are percent-encoded")]
    Form,
    /// Its query is none of ours.
    #[error("may end in ?tls=required, and in nothing else")]
    Query,
    /// A user without a password, or the other way round.
    #[error("must have both user and password, or neither")]
    Login,
}

impl SmtpUrl {
    /// Parses an address.
    ///
    /// # Errors
    ///
    /// What is wrong with it; never what it says.
    pub fn parse(text: &str) -> Result<Self, SmtpUrlProblem> {
        let url = Url::parse(text).map_err(|_| SmtpUrlProblem::Form)?;
        let is_required = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(SmtpUrlProblem::Query),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlProblem::Form)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlProblem::Form);
        }
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Implicit, 465),
            "smtp" if is_loopback(host) && !is_required => (Security::None, 587),
            "smtp" => (Security::StartTls, 587),
            _ => return Err(SmtpUrlProblem::Scheme),
        };
        let decoded = |text: &str| {
            let bytes = percent_encoding::percent_decode_str(text).decode_utf8();
            bytes.map(|text| text.into_owned()).map_err(|_| SmtpUrlProblem::Form)
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(SmtpUrlProblem::Login),
            (user, Some(password)) => Some(Credentials::new(decoded(user)?, decoded(password)?)),
        };
        Ok(Self { host: host.to_owned(), port: url.port().unwrap_or(port), security, login })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_in_the_clear() {
        for (url, port, security) in [
            ("smtps://mx.example", 465, Security::Implicit),
            ("smtps://mx.example:4650/", 4650, Security::Implicit),
            ("smtp://mx.example", 587, Security::StartTls),
            ("smtp://mx.example:25?tls=required", 25, Security::StartTls),
            ("smtp://10.0.0.1", 587, Security::StartTls),
            ("smtp://localhost.example", 587, Security::StartTls),
            ("smtp://127.0.0.1:1025", 1025, Security::None),
            ("smtp://[::1]:1025", 1025, Security::None),
            ("smtp://localhost", 587, Security::None),
            ("smtp://localhost?tls=required", 587, Security::StartTls),
        ] {
            let parsed = SmtpUrl::parse(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
            assert!(parsed.port == port && parsed.security == security, "{url}");
        }
        let parsed = SmtpUrl::parse("smtps://me%40example.com:p%3A%2F%25@mx.example").ok();
        let login = parsed.and_then(|parsed| parsed.login);
        assert_eq!(login, Some(Credentials::new("me@example.com".into(), "p:/%".into())));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (url, problem) in [
            ("mx.example", SmtpUrlProblem::Form),
            ("http://mx.example", SmtpUrlProblem::Scheme),
            ("smtp+plain://mx.example", SmtpUrlProblem::Scheme),
            ("smtps://", SmtpUrlProblem::Form),
            ("smtps://mx.example/inbox", SmtpUrlProblem::Form),
            ("smtps://mx.example#x", SmtpUrlProblem::Form),
            ("smtp://mx.example?tls=none", SmtpUrlProblem::Query),
            ("smtps://hunter2@mx.example", SmtpUrlProblem::Login),
            ("smtps://:hunter2@mx.example", SmtpUrlProblem::Login),
            ("smtps://me:%ff@mx.example", SmtpUrlProblem::Form),
        ] {
            assert_eq!(SmtpUrl::parse(url).err(), Some(problem), "{url}");
            assert!(!problem.to_string().contains("hunter2"));
        }
    }
}
