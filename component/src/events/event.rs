//! What a security event says.

use crate::ids::{SessionId, UserId};
use crate::{platform::Metric, storage::Condition, time::Time};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// What happens to a change whose event can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The change goes on; the loss is counted. Logging never fails a sign-in.
    Expendable,
    /// The change fails: what it does must not be done unseen.
    Required,
}

/// How many events of a kind are written in full within [`super::WINDOW`]; those past it are counted, and become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// What only who has an account can cause: so many about one account, and past them the first from each further address, up to ten
    /// times as many, so that nobody hides where they came from behind what they did from elsewhere.
    PerUser(u32),
    /// What strangers can cause: so many in all. Whether there is such an account must not be told by what is written.
    InAll(u32),
}

macro_rules! event_types {
    ($($kind:ident = $name:literal, $weight:ident, $owasp:literal, $doc:literal;)+) => {
        /// The kinds of event. `docs/audit.md` is the table of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventType { $(#[doc = $doc] $kind,)+ }

        impl EventType {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name in the column `event_type`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// The name in OWASP's logging vocabulary; `-` where it has none.
            #[must_use]
            pub const fn owasp(self) -> &'static str {
                match self { $(Self::$kind => $owasp,)+ }
            }

            /// What it tells, in a line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$kind => $doc,)+ }
            }

            /// Whether what it reports may happen without it.
            #[must_use]
            pub const fn weight(self) -> Weight {
                match self { $(Self::$kind => Weight::$weight,)+ }
            }
        }
    };
}

event_types! {
    LoginSuccess = "login_success", Expendable, "authn_login_success", "Someone signed in.";
    LoginFailure = "login_failure", Expendable, "authn_login_fail", "Someone did not prove who they are.";
    Logout = "logout", Expendable, "session_expired", "A session was ended by signing out.";
    PasswordChange = "password_change", Expendable, "authn_password_change", "A password was changed.";
    PasswordResetRequest = "password_reset_request", Expendable, "authn_token_created", "A password reset was asked for.";
    PasswordResetComplete = "password_reset_complete", Expendable, "authn_password_change", "A password was reset.";
    MagicLinkRequest = "magic_link_request", Expendable, "authn_token_created", "A link that signs in was asked for.";
    EmailChangeRequest = "email_change_request", Expendable, "authn_token_created", "Another address was asked for.";
    StepUp = "step_up", Expendable, "authn_login_success", "Someone who was signed in proved again who they are.";
    ReportedNotMe = "reported_not_me", Expendable, "authn_password_change", "Someone said that what a notice told of was not them: the password is gone, and every session has ended.";
    RegistrationRequest = "registration_request", Expendable, "user_created", "Someone registered an address that must be proven before there is an account.";
    AccountCreated = "account_created", Expendable, "user_created", "An account was made.";
    AccountImported = "account_imported", Required, "user_created", "An account was brought from another service.";
    AccountDeleted = "account_deleted", Required, "user_deleted", "An account was deleted.";
    TokenSigned = "token_signed", Required, "authn_token_created", "Whoever embeds the service had a token signed for a session.";
    SessionRevoked = "session_revoked", Expendable, "authn_token_revoked", "A session was ended otherwise than by signing out.";
    PermissionChanged = "permission_changed", Required, "privilege_permissions_changed", "What someone may do was changed.";
    UserBanned = "user_banned", Required, "user_updated", "Someone was banned: their sessions ended.";
    UserUnbanned = "user_unbanned", Required, "user_updated", "A ban was lifted.";
    EmailChanged = "email_changed", Required, "user_updated", "The address of an account was changed.";
    AppMetadataChanged = "app_metadata_changed", Required, "user_updated", "What the operator keeps of someone (`app_metadata`) was replaced.";
    OrganizationCreated = "organization_created", Required, "sensitive_create", "An organization was made.";
    OrganizationMemberAdded = "organization_member_added", Required, "authz_change", "Someone became a member of an organization.";
    OrganizationMemberRemoved = "organization_member_removed", Required, "authz_change", "Someone is a member of an organization no longer.";
    SuspiciousActivity = "suspicious_activity", Expendable, "authn_token_reuse", "Something that an honest client does not do.";
    TokenRefresh = "token_refresh", Expendable, "session_renewed", "A refresh token was exchanged.";
    TokenValidationFailure = "token_validation_failure", Expendable, "session_use_after_expire", "Access tokens were refused: one event for all of a minute, or of what was left of it when an instance ended.";
    EmailVerified = "email_verified", Expendable, "user_updated", "An address was verified. `reason` is `password_removed` where the password of before went with it: anyone could have set it.";
    AccountLocked = "account_locked", Expendable, "authn_login_lock", "Too many attempts failed; further ones are refused for a while.";
    AccountUnlocked = "account_unlocked", Required, "user_updated", "A lock was lifted.";
    DeviceNew = "device_new", Expendable, "session_created", "Someone signed in on a device that was not seen before.";
    KeysRotated = "keys_rotated", Required, "sensitive_create", "A signing key was made.";
    KeysRevoked = "keys_revoked", Required, "sensitive_delete", "A signing key was revoked.";
    ConfigChanged = "config_changed", Required, "sensitive_update", "The service was started with other settings.";
    EventsLost = "events_lost", Required, "sys_monitor_disabled", "Events of a kind could not be written.";
    DetailsErased = "details_erased", Required, "sensitive_delete", "The personal details of events were destroyed.";
    EventsPruned = "events_pruned", Required, "sensitive_delete", "Events past their retention were dropped.";
    EventsForged = "events_forged", Required, "malicious_extraneous", "Rows that the service did not write, or not like that, were found in the audit log. They are not sealed.";
    MailFailed = "mail_failed", Expendable, "-", "A mail was given up.";
    AuditBegun = "audit_begun", Required, "sys_startup", "An audit log began under an origin of its own: the first, or another after a backup was restored.";
    AuditKeyRotated = "audit_key_rotated", Required, "sensitive_create", "Another key signs the checkpoints of the audit log from here on.";
}

impl EventType {
    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The kinds that clients can cause as often as they like are capped. What an operator does never is, nor where somebody got in:
    /// each of those costs a password that is right, and a hash.
    const fn cap(self) -> Option<Cap> {
        match (self.weight(), self) {
            (Weight::Required, _) | (_, Self::LoginSuccess) => None,
            (_, Self::AccountCreated) => Some(Cap::InAll(600)),
            // A hundred hashes a second for a minute.
            (_, Self::LoginFailure | Self::AccountLocked) => Some(Cap::InAll(6000)),
            _ => Some(Cap::PerUser(60)),
        }
    }
}

/// One event. Its time, and the client behind it, come from the context that it is committed in.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventType,
    /// Whose account it is about, where one is known.
    pub user: Option<UserId>,
    /// Anything else worth knowing. Never a password, token or cookie.
    pub metadata: Map<String, Value>,
    /// Whether what the client says of itself is left out.
    pub(super) minimal: bool,
    /// How many of its like are written in full; none: all of them.
    pub(super) cap: Option<Cap>,
    /// What must hold, when the event's turn comes in its transaction, for it to be written.
    pub(super) condition: Condition,
    /// What is counted where it is written.
    pub(crate) counted: Option<(Metric, &'static str)>,
}

impl Event {
    /// An event about an account, where one is known.
    #[must_use]
    pub fn of(kind: EventType, user: Option<UserId>) -> Self {
        let metadata = Map::new();
        Self {
            kind,
            user,
            metadata,
            minimal: false,
            cap: kind.cap(),
            condition: Condition::ALWAYS,
            counted: None,
        }
    }

    /// An event about an account.
    #[must_use]
    pub fn about(kind: EventType, user: UserId) -> Self {
        Self::of(kind, Some(user))
    }

    /// An event about no known account.
    #[must_use]
    pub fn anonymous(kind: EventType) -> Self {
        Self::of(kind, None)
    }

    /// One event for many that were counted, from the first to the last.
    #[must_use]
    pub fn standing_for(kind: EventType, count: i64, from: Time, to: Time) -> Self {
        let event = Self { cap: None, ..Self::anonymous(kind) };
        event.with("count", count).with("from", from.as_millis()).with("to", to.as_millis())
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
    pub fn session(self, id: SessionId) -> Self {
        let digest: [u8; 32] = Sha256::digest(id.as_str()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        self.with("session", format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h])))
    }

    /// Writes the event only if the condition holds at its turn.
    #[must_use]
    pub fn only_if(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Bounds it as what strangers can cause, whoever it is about.
    #[must_use]
    pub const fn by_strangers(mut self) -> Self {
        if let Some(Cap::PerUser(_)) = self.cap {
            self.cap = Some(Cap::InAll(600));
        }
        self
    }

    /// Bounds it as what costs whoever has an account nothing, whatever others of its kind cost.
    #[must_use]
    pub const fn without_a_hash(mut self) -> Self {
        self.cap = Some(Cap::PerUser(60));
        self
    }

    /// Counts it where it is written, in whatever detail, or lost.
    #[must_use]
    pub fn counting(mut self, metric: Metric, label: &'static str) -> Self {
        self.counted = Some((metric, label));
        self
    }

    /// Whether it has a cap. Events beyond the cap are counted, and not written.
    #[must_use]
    pub const fn is_capped(&self) -> bool {
        self.cap.is_some()
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
