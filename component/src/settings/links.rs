//! Where links in mails lead.

use super::{Settings, redirects::Target};
use mana_auth_hygiene::Origin;

/// A page that a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Where a new password is chosen.
    ResetPassword,
    /// Where an address is proven.
    VerifyEmail,
    /// Where a magic link signs in.
    MagicLink,
    /// Where a change of address is confirmed, at the old address.
    ChangeEmailOld,
    /// Where it is confirmed, at the new one.
    ChangeEmail,
    /// Where it is taken back.
    UndoEmail,
    /// Where somebody says that it wasn't them.
    NotMe,
}

impl Page {
    /// Its path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ResetPassword => "/reset-password",
            Self::VerifyEmail => "/verify-email",
            Self::MagicLink => "/magic-link",
            Self::ChangeEmailOld => "/allow-email-change",
            Self::ChangeEmail => "/confirm-email",
            Self::UndoEmail => "/undo-email-change",
            Self::NotMe => "/not-me",
        }
    }
}

/// Where somebody gets to in the end: a path of the service, or an address of a trusted origin.
#[derive(Clone)]
pub struct ReturnTo {
    address: String,
    origin: Option<Origin>,
}

impl ReturnTo {
    /// The path or address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The origin; none for a path of the service.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }
}

impl Settings {
    /// Where a client asks to get to after signing in, where that is trusted.
    #[must_use]
    pub fn return_to(&self, text: &str) -> Option<ReturnTo> {
        let address = text.to_owned();
        if text.starts_with('/') {
            // Taken apart as a whole address is: two slashes, for example, would lead elsewhere.
            Target::parse(&format!("{}{text}", self.public_url.origin().as_str()))?;
            return Some(ReturnTo { address, origin: None });
        }
        let target = Target::parse(text)?;
        let mut trusted = self.trusted_origins.iter().chain(self.public_url.origins());
        let origin = Some(target.origin().clone());
        trusted.any(|trusted| trusted == target.origin()).then_some(ReturnTo { address, origin })
    }

    /// The address that a client asks links to lead to, where it is trusted. Our own pages have no need of it, and what else stands beside
    /// them would leave people with a link that does nothing.
    #[must_use]
    pub fn redirect(&self, text: &str) -> Option<Target> {
        let is_ours = |origin: &&Origin| self.public_url.origins().any(|ours| ours == *origin);
        let apps: Vec<_> = self.trusted_origins.iter().filter(|origin| !is_ours(origin)).cloned().collect();
        self.mail.as_ref()?.redirects.trusted(text, &apps)
    }

    /// The link with a token: to where a client asked for, to our own page, or, without pages, to the first address of apps. Of
    /// `public_url` and the operator's list alone, never of a request's `Host`.
    #[must_use]
    pub fn link(&self, page: Page, asked: Option<&Target>, token: &str) -> String {
        let first = || self.mail.as_ref()?.redirects.first();
        match (asked, first().filter(|_| !self.pages)) {
            (Some(asked), _) => asked.with_token(token),
            // Several kinds of mail lead there.
            (None, Some(first)) => {
                format!("{}&for={}", first.with_token(token), page.path().trim_start_matches('/'))
            }
            (None, None) => format!("{}{}?token={token}", self.public_url.as_str(), page.path()),
        }
    }
}
