//! From text to [`Settings`]. A wrong value names its key and what would be right, never itself.

use super::{
    Limits, Misconfiguration, PublicUrl, Settings, audience, audit_sources, cors_headers, own_secrets,
    token_claims,
};
use crate::{
    bindings::mana::auth::passwords::Parameters,
    secrets::{Keyring, SharedSecret},
    time::Span,
};
use mana_auth_hygiene::{Hsts, Origin, Policy};
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
mod tests {
    use super::*;
    use mana_auth_settings::ValueKind;

    fn values(extra: &[(&str, &str)]) -> BTreeMap<String, String> {
        let secret = "1:q0q0q0q0q0q0q0q0AbCdEfGhIjKlMnOpQrStUvWxYz0".to_owned();
        let base = [("public_url", "https://auth.example.com"), ("secrets", secret.as_str())];
        base.iter().chain(extra).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn problem(extra: &[(&str, &str)]) -> Option<String> {
        Settings::parse(&values(extra)).err().map(|wrong| wrong.key)
    }

    #[test]
    fn defaults_need_only_a_secret_and_an_address() {
        let settings = Settings::parse(&values(&[])).map_err(|wrong| wrong.key).ok().unwrap();
        assert_eq!(settings.audience, "https://auth.example.com".into());
        assert_eq!(settings.sessions_per_user, 10);
        assert_eq!(settings.password_parameters.memory_kib, 19_456);
        assert_eq!(settings.session_absolute, Span::days(90));
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        for (key, value) in [
            ("secrets", "1:short"),
            ("public_url", "auth.example.com"),
            ("public_url", "https://auth.example.com/path"),
            ("trusted_origins", "https://ok.example,*"),
            ("token_exchange_origins", "null"),
            ("cookie_domain", "example.org"),
            ("require_https", "maybe"),
            ("secrets", "1:dGhpcy1pcy1h"),
            ("secrets", "1:authentication-secret-authentication-secret-"),
            ("token_audiences", "https://shop.example,https://auth.example.com"),
            ("token_claims", "tier, Email"),
            ("token_claims", "a b"),
            ("maintenance_secret", "short"),
            ("maintenance_secret", "changeme-changeme-changeme"),
            ("audit_sources", "billing"),
            ("audit_sources", "billing:short"),
            ("audit_sources", "billing:billing:billing:billing:billing"),
            ("audit_sources", "Billing:5b0d9e4c7f21a8366ac2"),
            ("audit_sources", "a:5b0d9e4c7f21a8366ac2,a:9f3c17e2a40b85d6c1f7"),
            ("audit_sources", "a:5b0d9e4c7f21a8366ac2,b: 5b0d9e4c7f21a8366ac2"),
            ("maintenance_secret", "5b0d9e4c7f21 a8366ac2"),
            ("maintenance_secret", "5b0d9e4c7f21,a8366ac2"),
            ("secrets", "1:bWFuYS1hdXRoIHRlc3RzOiAzMiBieXRlcyBvZiBub3RoaW5nIQ"),
            ("sessions_per_user", "0"),
            ("lockout_cumulative_failures", "9"),
            ("limit_registration_all", "1000001"),
            ("session_absolute_days", "-1"),
            ("session_cache", "maybe"),
            ("session_cache_seconds", "901"),
            ("session_cache_seconds", "0"),
            ("password_memory_kib", "1e6"),
            ("hsts_preload", "2"),
            ("token_exchange_origins", "https://elsewhere.example"),
        ] {
            assert_eq!(problem(&[(key, value)]).as_deref(), Some(key), "{key} = {value}");
        }
    }

    #[test]
    fn the_least_cumulative_bound_is_that_of_its_key() {
        let key = find("lockout_cumulative_failures").unwrap();
        let ValueKind::Integer { min, .. } = key.kind else { panic!("a number") };
        assert_eq!(min, u64::from(LEAST_CUMULATIVE));
    }

    #[test]
    fn an_origin_that_is_none_is_counted_out_and_said() {
        let problem = |list: &str| {
            let wrong = Settings::parse(&values(&[("trusted_origins", list)])).err();
            wrong.map(|wrong| wrong.problem)
        };
        assert_eq!(problem("https://a.example/, https://b.example"), None, "a slash is forgiven");
        let said = problem("https://a.example, https://b.example/path").unwrap_or_default();
        assert!(said.starts_with("item 2: an origin is scheme://host[:port]"), "{said}");
        let said = problem("https://münchen.example").unwrap_or_default();
        assert!(said.starts_with("item 1: an origin names one host, in ASCII"), "{said}");
    }

    #[test]
    fn a_token_for_a_service_is_never_one_for_this_api() {
        let audiences = ("token_audiences", "https://auth.example.com, shop");
        assert_eq!(problem(&[audiences, ("audience", "auth")]), None);
        for audience in ["shop", " shop ", "auth, shop"] {
            assert_eq!(problem(&[audiences, ("audience", audience)]).as_deref(), Some("token_audiences"));
        }
    }

    #[test]
    fn an_audience_fits_into_a_token() {
        for key in ["audience", "token_audiences"] {
            assert_eq!(problem(&[(key, &"a".repeat(255))]), None);
            assert_eq!(problem(&[(key, &format!("shop, {}", "a".repeat(256)))]).as_deref(), Some(key));
        }
        let (fits, all) = (["a".repeat(255), "b".repeat(255)].join(","), ("audience_all", "true"));
        assert_eq!(problem(&[("audience", &fits), all]), None);
        assert_eq!(problem(&[("audience", &format!("{fits},api")), all]).as_deref(), Some("audience_all"));
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_it() {
        const SECRET: &str = "5b0d9e4c7f21a8366ac29f3c17e2a40b";
        for (key, value) in [
            ("audit_sources", format!("{SECRET}:billing")),
            ("audit_sources", format!("{SECRET}:9f3c17e2a40b85d6c1f75b0d9e4c7f21")),
            ("audit_sources", format!("billing:9f3c17e2a40b85d6c1f7,{SECRET}")),
            ("audit_sources", format!("billing={SECRET}")),
            ("audit_sources", format!("BILLING:{SECRET}")),
            ("audit_sources", format!("billing:{SECRET},billing:{SECRET}")),
            ("audit_sources", format!("billing:{SECRET},shop:{SECRET}")),
            ("maintenance_secret", SECRET[..12].to_owned()),
            ("secrets", SECRET.to_owned()),
            ("secrets", format!("{SECRET}:1")),
            ("secrets", format!("1:{SECRET}")),
        ] {
            let wrong = Settings::parse(&values(&[(key, &value)])).err().unwrap();
            assert_eq!(wrong.key, key, "{value}");
            assert!(!wrong.problem.contains(&SECRET[..8]), "{}", wrong.problem);
        }
    }

    #[test]
    fn blanks_around_a_secret_are_no_part_of_it() {
        const MAINTENANCE: &str = "5b0d9e4c7f21a8366ac29f3c17e2a40b";
        const BILLING: &str = "9f3c17e2a40b85d6c1f75b0d9e4c7f21";
        for (before, after) in [(" ", "\t"), ("", "\r\n"), ("\n", "\u{a0}")] {
            let maintenance = format!("{before}{MAINTENANCE}{after}");
            let sources = format!("billing :{before}{BILLING}{after}");
            let settings =
                [("maintenance_secret", maintenance.as_str()), ("audit_sources", sources.as_str())];
            let settings = Settings::parse(&values(&settings)).map_err(|wrong| wrong.key).ok().unwrap();
            assert!(settings.maintenance_secret.is_some_and(|secret| secret.is(MAINTENANCE)), "{sources:?}");
            assert!(settings.audit_sources.iter().all(|(_, secret)| secret.is(BILLING)), "{sources:?}");
        }
    }

    #[test]
    fn each_lane_of_a_hash_needs_its_memory() {
        let wrong = problem(&[("password_memory_kib", "8"), ("password_parallelism", "2")]);
        assert_eq!(wrong.as_deref(), Some("password_parallelism"));
    }

    #[test]
    fn https_can_only_be_required_of_an_https_service() {
        let wrong = problem(&[("public_url", "http://127.0.0.1:3001"), ("require_https", "true")]);
        assert_eq!(wrong.as_deref(), Some("require_https"));
    }

    #[test]
    fn secrets_are_described_without_their_value() {
        let settings = describe(&values(&[("maintenance_secret", "5b0d9e4c7f21a8366ac2")]));
        for setting in settings.iter().filter(|s| ["secrets", "maintenance_secret"].contains(&s.key)) {
            assert_eq!(setting.value, "***");
        }
        assert_eq!(settings.iter().filter(|s| s.value == "***").count(), 2);
    }
}
