//! What the app's operator says, in the app's own variables.

use crate::{
    max_ages::MaxAges,
    page::{InvalidPage, Page},
    path::{InvalidPrefix, Prefix},
    roles::Roles,
    rules::InvalidRule,
};
use mana_auth_hygiene::{InvalidOrigin, Origin};
use mana_auth_spin_chained::is_private;

/// The variables. All but the last two must be there, the lists if only empty: one whose name is misspelt must not be a door.
pub const VARIABLES: [&str; 8] = [AUDIENCE, SIGN_IN, PUBLIC, ROLES, MAX_AGE, TRUSTED_ORIGINS, STEP_UP, AUTH];

const AUDIENCE: &str = "guard_audience";
const SIGN_IN: &str = "guard_sign_in";
const PUBLIC: &str = "guard_public";
const ROLES: &str = "guard_roles";
const MAX_AGE: &str = "guard_max_age_minutes";
const TRUSTED_ORIGINS: &str = "guard_trusted_origins";
const STEP_UP: &str = "guard_step_up";
const AUTH: &str = "guard_auth";

/// Where a component of the same application called `auth` answers.
const DEFAULT_AUTH: &str = "http://auth.spin.internal";
/// The most that a list may hold: every request is compared with all of it.
const ITEMS: usize = 256;

/// The configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom the tokens are for: the app. One of the auth service's `token_audiences`.
    pub audience: String,
    /// Where people sign in.
    pub sign_in: Page,
    /// Where people prove again who they are; without, they are told what to prove.
    pub step_up: Option<Page>,
    /// What everybody may see. Everything else asks for a session.
    pub public: Vec<Prefix>,
    /// Which roles a path asks for.
    pub roles: Roles,
    /// How old the proof of who somebody is may be on a path.
    pub max_ages: MaxAges,
    /// Whose pages may change something by cookie, besides those that the browser itself calls the app's own.
    pub trusted_origins: Vec<Origin>,
    /// Where the auth service answers.
    pub auth: Origin,
}

/// Which variable is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {wrong}")]
pub struct InvalidConfig {
    variable: &'static str,
    wrong: Wrong,
}

/// What is wrong with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Wrong {
    #[error("the app's component has no such variable, or the guard does not inherit it")]
    Missing,
    #[error("it must not be empty")]
    Empty,
    #[error("it has more than {ITEMS} items")]
    Long,
    #[error("'/' would make everything public")]
    Everything,
    #[error("a rule is about paths that `guard_public` opens to everybody")]
    Public,
    #[error("without TLS, cookies go to http://component.spin.internal alone")]
    Overheard,
    #[error(transparent)]
    Path(#[from] InvalidPrefix),
    #[error(transparent)]
    Rule(#[from] InvalidRule),
    #[error(transparent)]
    Origin(#[from] InvalidOrigin),
    #[error(transparent)]
    Page(#[from] InvalidPage),
}

impl Config {
    /// Reads the variables: `value` tells each, or none where it isn't there.
    ///
    /// # Errors
    ///
    /// The first that is missing or wrong.
    pub fn read<'a>(value: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, InvalidConfig> {
        let required = |variable| value(variable).map(str::trim).ok_or(Wrong::Missing);
        let filled = |variable| {
            required(variable).and_then(|text| if text.is_empty() { Err(Wrong::Empty) } else { Ok(text) })
        };
        let listed = |variable| required(variable).and_then(list);
        let public: Vec<_> =
            of(PUBLIC, listed(PUBLIC).and_then(|items| items.into_iter().map(public).collect()))?;
        let roles = of(ROLES, listed(ROLES).and_then(|items| Ok(Roles::parse(items)?)))?;
        if roles.reach_into(&public) {
            return of(ROLES, Err(Wrong::Public));
        }
        let max_ages = of(MAX_AGE, listed(MAX_AGE).and_then(|items| Ok(MaxAges::parse(items)?)))?;
        if max_ages.reach_into(&public) {
            return of(MAX_AGE, Err(Wrong::Public));
        }
        let optional = |variable| value(variable).map(str::trim).filter(|text| !text.is_empty());
        let auth = optional(AUTH).unwrap_or(DEFAULT_AUTH);
        Ok(Self {
            audience: of(AUDIENCE, filled(AUDIENCE).map(ToOwned::to_owned))?,
            sign_in: of(SIGN_IN, filled(SIGN_IN).and_then(|text| Ok(Page::parse(text)?)))?,
            step_up: of(STEP_UP, optional(STEP_UP).map(|text| Ok(Page::parse(text)?)).transpose())?,
            public,
            roles,
            max_ages,
            trusted_origins: of(
                TRUSTED_ORIGINS,
                listed(TRUSTED_ORIGINS)
                    .and_then(|items| items.into_iter().map(|item| Ok(Origin::parse(item)?)).collect()),
            )?,
            auth: of(AUTH, service(auth))?,
        })
    }
}

fn of<T>(variable: &'static str, read: Result<T, Wrong>) -> Result<T, InvalidConfig> {
    read.map_err(|wrong| InvalidConfig { variable, wrong })
}

fn list(text: &str) -> Result<Vec<&str>, Wrong> {
    let items: Vec<_> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    if items.len() > ITEMS { Err(Wrong::Long) } else { Ok(items) }
}

fn public(text: &str) -> Result<Prefix, Wrong> {
    let prefix = Prefix::parse(text)?;
    if prefix.is_everything() { Err(Wrong::Everything) } else { Ok(prefix) }
}

/// A component of the same application, over no network; or a service elsewhere, over TLS.
fn service(text: &str) -> Result<Origin, Wrong> {
    let origin = Origin::parse(text)?;
    if is_private(origin.as_str()) { Ok(origin) } else { Err(Wrong::Overheard) }
}

#[cfg(test)]
mod tests;
