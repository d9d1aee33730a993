//! How mail is written.

use super::{PublicUrl, redirects::Redirects};
use crate::email::Email;

/// How mail is written, and where its links may lead.
pub struct MailSettings {
    /// Who it is from.
    pub from: Email,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Email>,
    /// The addresses of apps that links may lead to.
    pub redirects: Redirects,
    /// The kinds of notice that are sent.
    pub notices: Vec<&'static str>,
}

impl MailSettings {
    /// `no-reply` at the host of the service; of a host without a domain, at `localhost`, which no mail reaches.
    pub(super) fn default_from(public_url: &PublicUrl) -> Email {
        let at = |host: &str| Email::parse(&format!("no-reply@{host}")).ok();
        at(public_url.host()).unwrap_or_else(|| Email::from_row("no-reply@localhost".into()))
    }
}
