//! What one page keeps for the next, in the browser: nobody else can read it, or write it.

use crate::{
    context::Context,
    secrets::{Purpose, Sealed},
    time::{SKEW, Span, Time},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mana_auth_pages::Said;
use serde::{Deserialize, Serialize};

/// How long it is kept.
const LIFETIME: Span = Span::minutes(10);

/// What is kept.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    /// What was done, to be said once.
    pub done: Option<Done>,
    /// The address that a mail was asked for.
    pub email: Option<String>,
    /// Of whose session the rest is: another's reads nothing of it.
    pub session: Option<String>,
    /// The address that was typed for the account.
    pub new_email: Option<String>,
    /// The address that the account is to have, and that a mail was sent to.
    pub changing: Option<String>,
    /// The name of the session that was ended.
    pub name: Option<String>,
    /// Where the person gets to in the end.
    pub return_to: Option<String>,
    /// Whether the session is to last that a mail was asked for.
    #[serde(default)]
    pub remember: bool,
}

/// What was done.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum Done {
    SignedOut,
    SessionOver,
    PasswordSet,
    Verified,
    Deleted,
    Saved,
    PasswordChanged,
    EmailChanged,
    SessionEnded,
    OthersEnded,
}

impl Done {
    /// What the page says where one signs in.
    pub const fn said(self) -> Option<Said> {
        match self {
            Self::SignedOut => Some(Said::SignedOut),
            Self::SessionOver => Some(Said::SessionOver),
            Self::PasswordSet => Some(Said::PasswordSet),
            Self::Verified => Some(Said::Verified),
            Self::Deleted => Some(Said::Deleted),
            Self::Saved
            | Self::PasswordChanged
            | Self::EmailChanged
            | Self::SessionEnded
            | Self::OthersEnded => None,
        }
    }
}

impl Kept {
    /// What was done.
    pub fn done(done: Done) -> Self {
        Self { done: Some(done), ..Self::default() }
    }

    /// As a browser sent it; nothing where it is past its time, or not ours.
    pub fn open(ctx: &Context, cookie: Option<&str>) -> Self {
        cookie.and_then(|cookie| opened(ctx, cookie)).unwrap_or_default()
    }

    /// The same for a session: nothing where another session has kept it.
    #[must_use]
    pub fn of(self, session: &str) -> Self {
        let is_theirs = self.session.as_deref() == Some(session);
        if is_theirs { self } else { Self::default() }
    }

    /// For the browser; empty without any secret.
    pub fn seal(&self, ctx: &Context) -> String {
        let sealed = serde_json::to_vec(&(ctx.now.0, self)).ok();
        let sealed = sealed.and_then(|plain| Sealed::seal(&ctx.settings.keyring, Purpose::Kept, b"", &plain));
        let text =
            |sealed: Sealed| format!("{}.{}", sealed.version(), URL_SAFE_NO_PAD.encode(sealed.bytes()));
        sealed.map(text).unwrap_or_default()
    }
}

fn opened(ctx: &Context, cookie: &str) -> Option<Kept> {
    let (version, bytes) = cookie.split_once('.')?;
    let sealed = Sealed::stored(version.parse().ok()?, URL_SAFE_NO_PAD.decode(bytes).ok()?);
    let plain = sealed.open(&ctx.settings.keyring, Purpose::Kept, b"")?;
    let (at, kept): (i64, Kept) = serde_json::from_slice(&plain).ok()?;
    let at = Time(at);
    (at > ctx.now - LIFETIME && at <= ctx.now + SKEW).then_some(kept)
}
