//! From text to [`Settings`]. A wrong value names its key and what would be right, never itself.

use super::{
    Limits, MailSettings, Misconfiguration, PublicUrl, Settings, audience, audit_sources, cors_headers,
    own_secrets, redirects, token_claims,
};
use crate::{
    bindings::mana::auth::passwords::Parameters,
    email::Email,
    secrets::{Keyring, SharedSecret},
    time::Span,
};
use mana_auth_face::{Addresses, BadTheme, Theme};
use mana_auth_hygiene::{Hsts, Origin, Policy};
use mana_auth_mail::Notice;
use mana_auth_settings::{ConfigKey, Fallback, KEYS, Owner, find, items, normal};
use std::collections::BTreeMap;

/// The fewest failures without a success that may be configured to end all attempts.
pub const LEAST_CUMULATIVE: u32 = 10;

/// The longest name of an audience, in bytes: every token for it contains it.
const AUDIENCE: usize = 255;

/// The keys that the component asks its host for.
pub fn keys() -> impl Iterator<Item = &'static ConfigKey> {
    KEYS.iter().filter(|key| key.owner == Owner::Component)
}

/// A setting in effect, as it would be written.
pub struct Setting {
    /// The key's name.
    pub key: &'static str,
    /// Its value; `***` for a secret.
    pub value: String,
    /// Whether nobody set it.
    pub is_default: bool,
}

impl Settings {
    /// Parses the values that are set.
    ///
    /// # Errors
    ///
    /// The first key that is wrong.
    pub fn parse(values: &BTreeMap<String, String>) -> Result<Self, Misconfiguration> {
        let source = Source { values };
        let public_url = source.parsed("public_url", PublicUrl::parse)?;
        let public_url = public_url.ok_or_else(|| wrong("public_url", "must be set"))?;
        let trusted_origins = source.origins("trusted_origins")?.unwrap_or_default();
        let require_https = source.boolean("require_https")?;
        if require_https && !public_url.is_https() {
            return Err(wrong("require_https", "needs a public_url that begins with https://"));
        }
        let token_exchange_origins = source.origins("token_exchange_origins")?;
        let known = |origin: &Origin| trusted_origins.contains(origin) || origin == public_url.origin();
        if !token_exchange_origins.iter().flatten().all(known) {
            return Err(wrong("token_exchange_origins", "must be among trusted_origins"));
        }
        let mut audiences = source.list("audience")?;
        if audiences.is_empty() {
            audiences.push(public_url.as_str().to_owned());
        }
        let audience = audience::written(&audiences, source.boolean("audience_all")?, &public_url)
            .map_err(|problem| wrong("audience_all", problem))?;
        let token_audiences = source.list("token_audiences")?;
        for (key, list) in [("audience", &audiences), ("token_audiences", &token_audiences)] {
            if list.iter().any(|audience| audience.len() > AUDIENCE) {
                return Err(wrong(key, "must have at most 255 bytes in each item: tokens contain it"));
            }
        }
        if audiences.iter().any(|audience| token_audiences.contains(audience)) {
            return Err(wrong(
                "token_audiences",
                "must not contain the audience: such a token could renew itself",
            ));
        }
        let cors_headers = cors_headers::parse(&source.list("cors_headers")?)
            .map_err(|problem| wrong("cors_headers", problem))?;
        let token_claims = source.list("token_claims")?;
        token_claims::check(&token_claims).map_err(|problem| wrong("token_claims", problem))?;
        let maintenance_secret = source.parsed("maintenance_secret", SharedSecret::parse)?;
        let audit_sources = source.parsed("audit_sources", audit_sources::parse)?.unwrap_or_default();
        let keyring =
            source.parsed("secrets", Keyring::parse)?.ok_or_else(|| wrong("secrets", "must be set"))?;
        own_secrets::check(&keyring, maintenance_secret.as_ref(), &audit_sources)?;
        Ok(Self {
            keyring,
            audiences,
            audience,
            token_audiences,
            token_claims,
            token_exchange_origins: token_exchange_origins
                .unwrap_or_else(|| [&trusted_origins[..], &[public_url.origin().clone()]].concat()),
            cookie_domain: source.parsed("cookie_domain", |domain| public_url.cookie_domain(domain))?,
            require_https,
            maintenance_secret,
            audit_sources,
            sessions_per_user: source.number("sessions_per_user")?,
            lockout_failures: source.number("lockout_failures")?,
            lockout: Span::minutes(source.number("lockout_minutes")?),
            lockout_cumulative_failures: source.number("lockout_cumulative_failures")?,
            limits_sign_in: limits(&source, "limit_sign_in_address", "limit_sign_in_client")?,
            limits_registration: Limits {
                all: source.number("limit_registration_all")?,
                ..limits(&source, "limit_registration_address", "limit_registration_client")?
            },
            limits_refresh: limits(&source, "limit_refresh_address", "limit_refresh_client")?,
            limits_validate: limits(&source, "limit_validate_address", "limit_validate_client")?,
            session_absolute: Span::days(source.number("session_absolute_days")?),
            refresh_grace: Span::seconds(source.number("refresh_grace_seconds")?),
            session_cache: session_cache(&source)?,
            service_name: source.text("service_name")?.unwrap_or_default(),
            mail: Some(mail(&source, &public_url)?),
            step_up: Span::minutes(source.number("step_up_minutes")?),
            require_email_verification: source.boolean("require_email_verification")?,
            change_email_confirm_old: source.boolean("change_email_confirm_old")?,
            pages: source.boolean("pages")?,
            theme: theme(&source)?,
            password_parameters: password_parameters(&source)?,
            audit_retention: Span::days(source.number("audit_retention_days")?),
            key_rotation: Span::days(source.number("key_rotation_days")?),
            hygiene: Policy::new(
                Some(Hsts {
                    max_age: source.number("hsts_seconds")?,
                    include_subdomains: source.boolean("hsts_include_subdomains")?,
                    preload: source.boolean("hsts_preload")?,
                })
                .filter(|hsts| hsts.max_age > 0),
                trusted_origins.clone(),
            )
            .allowing(&cors_headers),
            public_url,
            trusted_origins,
        })
    }
}

/// The settings in effect; what has no value is left out.
pub fn describe(values: &BTreeMap<String, String>) -> Vec<Setting> {
    keys()
        .filter_map(|key| {
            let set = values.get(key.name).and_then(|text| normal(key.kind, text).ok().flatten());
            let is_default = set.is_none();
            let value = set.or_else(|| default(key))?;
            let value = if key.kind.is_secret() { "***".to_owned() } else { value };
            Some(Setting { key: key.name, value, is_default })
        })
        .collect()
}

fn default(key: &ConfigKey) -> Option<String> {
    match key.default {
        Fallback::Value(text) => Some(text.to_owned()),
        Fallback::Derived(_) => None,
    }
}

struct Source<'a> {
    values: &'a BTreeMap<String, String>,
}

impl Source<'_> {
    /// What is set, or the key's default, in its normal form. Empty is unset.
    fn text(&self, name: &str) -> Result<Option<String>, Misconfiguration> {
        let Some(key) = find(name) else { return Ok(None) };
        let set = self.values.get(name).map(|text| normal(key.kind, text)).transpose();
        let set = set.map_err(|problem| wrong(name, problem.to_string()))?.flatten();
        Ok(set.or_else(|| default(key)).filter(|text| !text.is_empty()))
    }

    fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Misconfiguration> {
        self.text(name)?.map(|text| parse(&text).map_err(|problem| wrong(name, problem))).transpose()
    }

    /// A number, which its key's bounds make fit.
    fn number<N: TryFrom<u64>>(&self, name: &str) -> Result<N, Misconfiguration> {
        let number = self.text(name)?.and_then(|text| text.parse::<u64>().ok());
        number
            .and_then(|number| N::try_from(number).ok())
            .ok_or_else(|| wrong(name, "must be a whole number"))
    }

    fn boolean(&self, name: &str) -> Result<bool, Misconfiguration> {
        Ok(self.text(name)?.as_deref() == Some("true"))
    }

    fn list(&self, name: &str) -> Result<Vec<String>, Misconfiguration> {
        Ok(items(&self.text(name)?.unwrap_or_default()).map(ToOwned::to_owned).collect())
    }

    /// None where it is not set.
    fn origins(&self, name: &str) -> Result<Option<Vec<Origin>>, Misconfiguration> {
        let items = self.list(name)?;
        if items.is_empty() {
            return Ok(None);
        }
        let origin = |(index, item): (usize, &String)| {
            Origin::parse(Origin::without_slash(item))
                .map_err(|problem| wrong(name, format!("item {}: {problem}", index + 1)))
        };
        items.iter().enumerate().map(origin).collect::<Result<_, _>>().map(Some)
    }
}

fn limits(source: &Source, address: &str, client: &str) -> Result<Limits, Misconfiguration> {
    Ok(Limits {
        address: source.number(address)?,
        client: source.number(client)?,
        unknown: source.number("limit_unknown_address")?,
        all: 0,
    })
}

fn theme(source: &Source) -> Result<Theme, Misconfiguration> {
    let text = |name| Ok::<_, Misconfiguration>(source.text(name)?.unwrap_or_default());
    let (logo, imprint) = (source.text("theme_logo")?, source.text("theme_imprint")?);
    let privacy = source.text("theme_privacy")?;
    let addresses =
        Addresses { logo: logo.as_deref(), imprint: imprint.as_deref(), privacy: privacy.as_deref() };
    Theme::new(&text("service_name")?, &text("theme_accent")?, addresses).map_err(|problem| {
        let key = match problem {
            BadTheme::Product => "service_name",
            BadTheme::Accent => "theme_accent",
            BadTheme::Logo => "theme_logo",
            BadTheme::Imprint => "theme_imprint",
            BadTheme::Privacy => "theme_privacy",
        };
        wrong(key, problem.to_string())
    })
}

fn mail(source: &Source, public_url: &PublicUrl) -> Result<MailSettings, Misconfiguration> {
    let address = |name| source.parsed(name, |text| Email::parse(text).map_err(ToOwned::to_owned));
    let redirects = source.list("mail_redirects")?;
    if redirects.is_empty() && !source.boolean("pages")? {
        return Err(wrong(
            "mail_redirects",
            "must name a page where `pages` is false, for links in mails to lead to",
        ));
    }
    Ok(MailSettings {
        from: address("mail_from")?.unwrap_or_else(|| MailSettings::default_from(public_url)),
        reply_to: address("mail_reply_to")?,
        redirects: redirects::parse(&redirects).map_err(|problem| wrong("mail_redirects", problem))?,
        notices: notices(&source.list("mail_notices")?)?,
    })
}

fn notices(kinds: &[String]) -> Result<Vec<&'static str>, Misconfiguration> {
    if let [only] = kinds
        && only == "none"
    {
        return Ok(Vec::new());
    }
    let known = |kind: &String| Notice::KINDS.into_iter().find(|known| known == kind);
    let problem =
        || wrong("mail_notices", format!("must be `none`, or some of {}", Notice::KINDS.join(", ")));
    kinds.iter().map(|kind| known(kind).ok_or_else(problem)).collect()
}

fn session_cache(source: &Source) -> Result<Option<Span>, Misconfiguration> {
    let seconds = Span::seconds(source.number("session_cache_seconds")?);
    Ok(source.boolean("session_cache")?.then_some(seconds))
}

fn password_parameters(source: &Source) -> Result<Parameters, Misconfiguration> {
    let memory_kib = source.number("password_memory_kib")?;
    let parallelism = source.number("password_parallelism")?;
    // RFC 9106 §3.1.
    if memory_kib < 8 * parallelism {
        return Err(wrong("password_parallelism", "needs 8 KiB of password_memory_kib for each"));
    }
    Ok(Parameters { memory_kib, iterations: source.number("password_iterations")?, parallelism })
}

fn wrong(key: &str, problem: impl Into<String>) -> Misconfiguration {
    Misconfiguration { key: key.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
