//! What a security event says.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The kinds of event. The names are those of the users' monitoring queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Someone signed in (OWASP `authn_login_success`).
    LoginSuccess,
    /// Someone tried to (OWASP `authn_login_fail`).
    LoginFailure,
    /// A session was ended by its owner (OWASP `session_expired`, reason logout).
    Logout,
    /// A password was changed (OWASP `authn_password_change`).
    PasswordChange,
    /// An account was made (OWASP `user_created`).
    AccountCreated,
    /// An account was deleted (OWASP `user_deleted`).
    AccountDeleted,
    /// A session was ended otherwise (OWASP `authn_token_revoked`).
    SessionRevoked,
    /// What a user may do was changed (OWASP `privilege_permissions_changed`).
    PermissionChanged,
    /// Something that an honest client doesn't do (OWASP `authn_token_reuse`, for refresh tokens).
    SuspiciousActivity,
    /// A refresh token was exchanged (OWASP `authn_token_created`).
    TokenRefresh,
    /// Access tokens were refused; one event for all of a minute.
    TokenValidationFailure,
    /// A signing key was made.
    KeysRotated,
    /// A signing key was revoked.
    KeysRevoked,
    /// Events of a kind could not be written; how many.
    EventsLost,
}

/// What happens to a change whose event can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The change goes on; the loss is counted.
    Expendable,
    /// The change fails: what it does must not be done unseen.
    Required,
}

impl Kind {
    /// The name in the column `event_type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginSuccess => "login_success",
            Self::LoginFailure => "login_failure",
            Self::Logout => "logout",
            Self::PasswordChange => "password_change",
            Self::AccountCreated => "account_created",
            Self::AccountDeleted => "account_deleted",
            Self::SessionRevoked => "session_revoked",
            Self::PermissionChanged => "permission_changed",
            Self::SuspiciousActivity => "suspicious_activity",
            Self::TokenRefresh => "token_refresh",
            Self::TokenValidationFailure => "token_validation_failure",
            Self::KeysRotated => "keys_rotated",
            Self::KeysRevoked => "keys_revoked",
            Self::EventsLost => "events_lost",
        }
    }

    /// Logging never fails a sign-in; administration and erasure don't happen unlogged.
    #[must_use]
    pub const fn weight(self) -> Weight {
        match self {
            Self::AccountDeleted
            | Self::PermissionChanged
            | Self::KeysRotated
            | Self::KeysRevoked
            | Self::EventsLost => Weight::Required,
            _ => Weight::Expendable,
        }
    }
}

/// One event. Its time, and the client behind it, come from the context that it is committed in.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub kind: Kind,
    /// Whose account it is about, where one is known.
    pub user: Option<Uuid>,
    /// Anything else worth knowing. Never a password, token or cookie.
    pub metadata: Map<String, Value>,
    /// Whether what the client says of itself is left out.
    pub(super) minimal: bool,
    /// SQL that must hold, when the event's turn comes in its transaction, for it to be written.
    pub(super) condition: Option<(&'static str, Uuid, i64)>,
}

impl Event {
    /// An event about an account.
    #[must_use]
    pub fn about(kind: Kind, user: Uuid) -> Self {
        Self { kind, user: Some(user), metadata: Map::new(), minimal: false, condition: None }
    }

    /// An event about no known account.
    #[must_use]
    pub fn anonymous(kind: Kind) -> Self {
        Self { user: None, ..Self::about(kind, Uuid::nil()) }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.to_owned(), value.into());
        self
    }

    /// Adds which session it was about, so that events of one session are seen to belong together, while the
    /// log does not hold its id.
    #[must_use]
    pub fn session(self, id: Uuid) -> Self {
        let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        self.with("session", format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h])))
    }

    /// Writes the event only if `condition` holds at its turn, a SQL expression over a user (`?1`) and a number (`?2`).
    #[must_use]
    pub fn only_if(mut self, condition: &'static str, user: Uuid, number: i64) -> Self {
        self.condition = Some((condition, user, number));
        self
    }

    /// Whether the change that it reports goes on without it.
    #[must_use]
    pub fn is_expendable(&self) -> bool {
        self.kind.weight() == Weight::Expendable
    }

    /// The same without anything that a client chose.
    #[must_use]
    pub fn minimal(&self) -> Self {
        Self { metadata: Map::new(), minimal: true, ..self.clone() }
    }
}
