//! The operator's settings: parsed once per instance into one typed struct, or refused with the key's name.

mod audience;
mod audit_sources;
mod cors_headers;
mod limits;
mod links;
mod load;
mod mail;
mod misconfiguration;
mod own_secrets;
mod parse;
mod redirects;
mod token_claims;
mod url;

pub use limits::Limits;
pub use links::{Page, ReturnTo};
pub use load::{describe, load};
pub use mail::MailSettings;
pub use misconfiguration::Misconfiguration;
pub use parse::{LEAST_CUMULATIVE, Setting};
pub use redirects::Target;
pub use url::PublicUrl;

use crate::{
    bindings::mana::auth::passwords::Parameters,
    secrets::{Keyring, SharedSecret},
    time::Span,
};
use mana_auth_audit::Source;
use mana_auth_face::Theme;
use mana_auth_hygiene::{Origin, Policy};
use mana_auth_tokens::Audience;

/// Everything that an operator can decide about the service itself. What each key means, its default and its
/// reason are in `docs/configuration.md`.
pub struct Settings {
    /// The secrets, by version and purpose.
    pub keyring: Keyring,
    /// Where clients reach the service: the issuer of tokens and the base of every link.
    pub public_url: PublicUrl,
    /// This API accepts tokens for each of these.
    pub audiences: Vec<String>,
    /// `aud` of the access tokens that sign-in issues: the first of `audiences`, or all.
    pub audience: Audience,
    /// Services that a token may be made for.
    pub token_audiences: Vec<String>,
    /// The members of a user's `app_metadata` that go into access tokens.
    pub token_claims: Vec<String>,
    /// Origins whose pages may call with cookies, besides our own.
    pub trusted_origins: Vec<Origin>,
    /// Origins whose pages may exchange a cookie session for tokens.
    pub token_exchange_origins: Vec<Origin>,
    /// The domain that cookies are shared in; none: this host alone.
    pub cookie_domain: Option<String>,
    /// Whether plain HTTP is turned away.
    pub require_https: bool,
    /// What opens the maintenance route; none: the route doesn't exist.
    pub maintenance_secret: Option<SharedSecret>,
    /// Who may append to the audit log over HTTP, under which source, and what each must show.
    pub audit_sources: Vec<(Source, SharedSecret)>,
    /// How many sign-ins a user may have at a time; the oldest gives way.
    pub sessions_per_user: u32,
    /// How many failures within a quarter of an hour set a lock.
    pub lockout_failures: u32,
    /// How long the first lock is; each further one is twice as long.
    pub lockout: Span,
    /// How many failures without a success end all attempts, but on known devices.
    pub lockout_cumulative_failures: u32,
    /// How many failed sign-ins a client may make.
    pub limits_sign_in: Limits,
    /// How many registrations.
    pub limits_registration: Limits,
    /// How many exchanges of wrong refresh tokens.
    pub limits_refresh: Limits,
    /// How many validations of wrong access tokens.
    pub limits_validate: Limits,
    /// How long a cached answer about a session is believed after it was sealed; none: there is no session cache.
    pub session_cache: Option<Span>,
    /// How long a spent refresh token gets its successor again, if nobody has used that.
    pub refresh_grace: Span,
    /// How long a session may live, however often it is used.
    pub session_absolute: Span,
    /// The name of the service, which nobody should use as a password.
    pub service_name: String,
    /// How mail is written; none where the host can send none.
    pub mail: Option<MailSettings>,
    /// How long a proof of who one is suffices for what a stolen session must not do.
    pub step_up: Span,
    /// Whether there is no account before its address is proven.
    pub require_email_verification: bool,
    /// Whether a change of address is confirmed at the old one first.
    pub change_email_confirm_old: bool,
    /// Whether the service has pages of its own, to which links in mails lead.
    pub pages: bool,
    /// How mails and pages look.
    pub theme: Theme,
    /// What a password hash costs.
    pub password_parameters: Parameters,
    /// How long events of the audit log are kept, at least.
    pub audit_retention: Span,
    /// How long a key signs.
    pub key_rotation: Span,
    /// Security headers and CORS.
    pub hygiene: Policy,
}
