//! Sessions: who is signed in, on what device, for how long.
//!
//! A sign-in makes a session with a cookie, a chain of refresh tokens and short-lived access tokens. A page of
//! another origin can exchange the cookie for a child session of its own, which ends with its parent.

mod access_token;
mod access_token_error;
mod activity;
mod assurance;
mod authenticate;
pub mod cache;
mod caller;
mod exchange;
mod lifetime;
mod list;
mod methods;
mod open;
mod refresh;
mod renewal;
mod revoke;
mod rows;
mod service_token;
mod sign_out;
mod sign_token;
mod signed_in;
mod slide;
mod tokens;
mod user_agent_change;

pub use access_token::AccessToken;
pub use access_token_error::AccessTokenError;
pub use activity::flush as flush_activity;
pub use assurance::{Assurance, Level, assurance};
pub use authenticate::{AuthenticateError, by_access_token, by_cookies};
pub use caller::Caller;
pub use exchange::{ExchangeError, exchange};
pub use lifetime::Lifetime;
pub use list::{count, get, list};
pub use methods::Methods;
pub use open::{Opened, Proven, Wanted, open};
pub use refresh::{RefreshError, refresh};
pub use renewal::{OldChain, Others, Renewal};
pub use revoke::{end_all, revoke, revoke_all, revoke_others, revoke_own};
pub use rows::prune;
pub use service_token::service_token;
pub use sign_out::{Credential, SignOutError, is_alive, sign_out};
pub use sign_token::{SignTokenError, by_session, sign_access_token, sign_service_token};
pub use signed_in::SignedIn;
pub use slide::slide;
pub use tokens::{UserSession, ValidateError, cached, validate, validate_unlimited};

use crate::{
    context::Client,
    devices::user_agent,
    ids::{SessionId, UserId},
    invalidations::Subject,
    text,
    time::{SKEW, Time},
};

/// A session.
#[derive(Clone)]
pub struct Session {
    /// `sid` of its access tokens.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// Whether it was asked to last.
    pub remember_me: bool,
    /// What the client says of the device that it runs on.
    pub device: Device,
    /// Where it was opened from.
    pub ip_address: Option<String>,
    /// What opened it.
    pub user_agent: Option<String>,
    /// When it was last used, to the minute.
    pub last_activity_at: Time,
    /// When it was opened.
    pub created_at: Time,
    /// When it ends if it isn't used.
    pub expires_at: Time,
    /// When it ends however it is used.
    pub absolute_expires_at: Time,
    /// Access tokens issued before are refused.
    pub not_before: Time,
    /// When the user last proved who they are.
    pub auth_time: Time,
    /// By which methods.
    pub amr: Methods,
    /// The session that this one was exchanged from.
    pub parent_id: Option<SessionId>,
    /// The origin that it was exchanged for.
    pub origin: Option<String>,
}

/// What a client says of the device that it runs on.
#[derive(Clone, Default)]
pub struct Device {
    /// The client's name for the device; at most 128 characters.
    pub id: Option<String>,
    /// The owner's name for it, or one made of the user agent; at most 200 characters.
    pub name: Option<String>,
}

/// The longest id and name of a device, in characters.
const DEVICE_ID: usize = 128;
const DEVICE_NAME: usize = 200;

impl Device {
    /// As a client calls it, cleaned and cut. One without a name is called after the user agent, such as `Firefox on Windows`.
    #[must_use]
    pub fn of(client: &Client, id: Option<&str>, name: Option<&str>) -> Self {
        let derived = || user_agent::name(client.user_agent.as_deref()?).map(Into::into);
        Self {
            id: id.and_then(|id| text::label(id, DEVICE_ID)),
            name: name.and_then(|name| text::label(name, DEVICE_NAME)).or_else(derived),
        }
    }
}

/// How many sessions there are.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// All of them.
    pub all: i64,
    /// Those that were asked to last.
    pub remembered: i64,
}

impl Session {
    /// The session of the sign-in that this one goes back to.
    #[must_use]
    pub fn root(&self) -> SessionId {
        self.parent_id.unwrap_or(self.id)
    }

    /// When it ends if nothing else happens.
    fn ends_at(&self) -> Time {
        self.expires_at.min(self.absolute_expires_at)
    }

    /// Whether its time is not over. One that ends later than any that is opened now was opened by a clock that was ahead, and
    /// must not live so much longer.
    fn is_in_time(&self, now: Time) -> bool {
        now < self.ends_at() && self.expires_at <= Lifetime::new(self.remember_me).latest(now)
    }

    /// Whom an answer about it speaks of, beside the keys of an access token.
    fn subjects(&self) -> impl Iterator<Item = Subject> {
        let sessions = std::iter::once(self.id).chain(self.parent_id);
        sessions.map(Subject::Session).chain([Subject::User(self.user_id)])
    }

    /// The first moment at which it ends, or slides.
    fn stays_until(&self) -> Time {
        let lifetime = Lifetime::new(self.remember_me);
        let slides_at = lifetime.slides_at(self.expires_at, self.absolute_expires_at);
        slides_at.map_or(self.ends_at(), |slides_at| slides_at.min(self.ends_at()))
    }

    /// When access tokens that are issued now have been issued. `not_before` is later than the beginning of a call that hashes a
    /// password (see `renewal`), and a token must not be older than it.
    fn issues_at(&self, now: Time) -> Time {
        if self.not_before > now + SKEW { now } else { now.max(self.not_before) }
    }

    /// Whether it accepts access tokens issued at this time in seconds: none from before its secrets changed. Where that lies
    /// ahead, the clock was put back since, and the order of commits decides alone.
    fn accepts_tokens_issued_at(&self, iat: u64, now: Time) -> bool {
        iat >= self.not_before.as_seconds() || self.not_before > now + SKEW
    }

    /// Whether it is time to move its end.
    fn slide_is_due(&self, now: Time) -> bool {
        let lifetime = Lifetime::new(self.remember_me);
        lifetime.slides_at(self.expires_at, self.absolute_expires_at).is_some_and(|due| now >= due)
    }
}
