//! One line of an import: an account as JSON.

use jiff::Timestamp;
use mana_auth::bindings::exports::mana::auth::accounts::{ImportedBan, ImportedUser, Role};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The members of an account. One that nobody knows is refused: it may be a misspelled hash.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Members {
    id: Box<RawValue>,
    email: Box<RawValue>,
    created_at: Box<RawValue>,
    updated_at: Option<Box<RawValue>>,
    name: Option<Box<RawValue>>,
    image: Option<Box<RawValue>>,
    role: Option<Box<RawValue>>,
    email_verified: Option<Box<RawValue>>,
    banned: Option<Box<RawValue>>,
    ban_reason: Option<Box<RawValue>>,
    ban_expires: Option<Box<RawValue>>,
    app_metadata: Option<Box<RawValue>>,
    password_hash: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleName {
    User,
    Admin,
    Service,
}

/// A time as databases print them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Milliseconds(u64),
    Rfc3339(String),
}

const NO_OBJECT: &str = "must be one JSON object";
const TEXT: &str = "must be text";
const TIME: &str = "must be a time such as 2026-11-01T00:00:00Z, or in milliseconds since 1970";
/// In 1973. Whoever writes less means seconds.
const LEAST_MILLISECONDS: u64 = 100_000_000_000;

/// The account that a line describes. A member that is null is as good as none.
///
/// # Errors
///
/// What is wrong with it, in words for people. They quote no value: in the wrong place, it may be a hash.
pub fn parse(line: &str) -> Result<ImportedUser, String> {
    // serde takes an array for the members in their order.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(NO_OBJECT.to_owned());
    }
    let members: Members = serde_json::from_str(line).map_err(|wrong| wrong_members(&wrong))?;
    let created_at = time("createdAt", Some(&members.created_at))?.ok_or(format!("createdAt: {TIME}"))?;
    let banned = member("banned", members.banned.as_deref(), "must be true or false")?.unwrap_or(false);
    let ban = ImportedBan {
        reason: member("banReason", members.ban_reason.as_deref(), TEXT)?.unwrap_or_default(),
        until: time("banExpires", members.ban_expires.as_deref())?,
    };
    Ok(ImportedUser {
        id: member("id", Some(&members.id), TEXT)?.ok_or("id: must be text")?,
        email: member("email", Some(&members.email), TEXT)?.ok_or("email: must be text")?,
        name: member("name", members.name.as_deref(), TEXT)?.unwrap_or_default(),
        image: member("image", members.image.as_deref(), TEXT)?.filter(|image: &String| !image.is_empty()),
        role: match member("role", members.role.as_deref(), "must be user, admin or service")? {
            None | Some(RoleName::User) => Role::User,
            Some(RoleName::Admin) => Role::Admin,
            Some(RoleName::Service) => Role::Service,
        },
        email_verified: member("emailVerified", members.email_verified.as_deref(), "must be true or false")?
            .unwrap_or(false),
        ban: banned.then_some(ban),
        created_at,
        updated_at: time("updatedAt", members.updated_at.as_deref())?.unwrap_or(created_at),
        // The component reads it: it finds a member that is named twice.
        app_metadata: members.app_metadata.map(|object| object.get().to_owned()),
        password_hash: member("passwordHash", members.password_hash.as_deref(), TEXT)?,
    })
}

/// From serde's words to ours. They name a member only where its name can be one: of others, it may be anything.
fn wrong_members(wrong: &serde_json::Error) -> String {
    let words = wrong.to_string();
    let named =
        |beginning: &str| words.strip_prefix(beginning)?.split('`').next().filter(|name| is_name(name));
    if let Some(name) = named("missing field `") {
        format!("{name}: is required")
    } else if let Some(name) = named("duplicate field `") {
        format!("{name}: appears twice")
    } else if let Some(name) = named("unknown field `") {
        format!("{name}: is no member of an account")
    } else if words.starts_with("unknown field") {
        "has a member that an account does not have".to_owned()
    } else {
        NO_OBJECT.to_owned()
    }
}

fn is_name(text: &str) -> bool {
    (1..=31).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn member<T: DeserializeOwned>(name: &str, raw: Option<&RawValue>, must: &str) -> Result<Option<T>, String> {
    let Some(raw) = raw else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|_| format!("{name}: {must}"))
}

/// In milliseconds since the Unix epoch.
fn time(name: &str, raw: Option<&RawValue>) -> Result<Option<u64>, String> {
    let wrong = || format!("{name}: {TIME}");
    match member(name, raw, TIME)? {
        None => Ok(None),
        Some(Moment::Milliseconds(at)) if at >= LEAST_MILLISECONDS => Ok(Some(at)),
        Some(Moment::Milliseconds(_)) => Err(wrong()),
        Some(Moment::Rfc3339(text)) => {
            let at: Timestamp = text.parse().map_err(|_| wrong())?;
            u64::try_from(at.as_millisecond()).map(Some).map_err(|_| wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#""id":"a","email":"ada@example.org","createdAt":"2023-11-14T22:13:20Z""#;
    const CREATED: u64 = 1_700_000_000_000;

    fn problem(line: &str) -> String {
        parse(line).map(drop).unwrap_err()
    }

    fn with(members: &str) -> String {
        format!("{{{LEAST},{members}}}")
    }

    #[test]
    fn the_least_that_an_account_has() {
        let user = parse(&format!("{{{LEAST}}}")).unwrap();
        assert_eq!((user.id.as_str(), user.email.as_str()), ("a", "ada@example.org"));
        assert_eq!((user.created_at, user.updated_at), (CREATED, CREATED));
        assert!(user.role == Role::User && user.name.is_empty() && !user.email_verified);
        assert!(user.image.is_none() && user.ban.is_none() && user.password_hash.is_none());
    }

    #[test]
    fn null_is_as_good_as_none() {
        let nulls =
            "updatedAt name image role emailVerified banned banReason banExpires appMetadata passwordHash"
                .split(' ')
                .map(|name| format!("\"{name}\":null"))
                .collect::<Vec<_>>();
        let user = parse(&with(&nulls.join(","))).unwrap();
        assert!(user.role == Role::User && user.app_metadata.is_none() && user.password_hash.is_none());
        assert_eq!(problem(&with("").replace("\"a\"", "null").replace(",}", "}")), "id: must be text");
    }

    #[test]
    fn times_are_written_as_databases_do() {
        for text in [
            "\"2023-11-14T22:13:21Z\"",
            "\"2023-11-14T23:13:21.000+01:00\"",
            "\"2023-11-14 22:13:21+00\"",
            "1700000001000",
        ] {
            let updated = parse(&with(&format!("\"updatedAt\":{text}"))).map(|user| user.updated_at);
            assert_eq!(updated, Ok(CREATED + 1000), "{text}");
        }
        // Without an offset, before 1970, in seconds, no whole number, and no time at all.
        for text in [
            "\"2023-11-14T22:13:20\"",
            "\"1969-12-31T23:59:59Z\"",
            "1700000000",
            "-1",
            "1.5",
            "\"1700000000000\"",
            "\"soon\"",
        ] {
            let problem = problem(&with(&format!("\"updatedAt\":{text}")));
            assert_eq!(problem, format!("updatedAt: {TIME}"), "{text}");
        }
    }

    #[test]
    fn a_ban_is_one_only_where_somebody_is_banned() {
        let user =
            parse(&with(&format!(r#""banned":true,"banReason":"spam","banExpires":{CREATED}"#))).unwrap();
        assert_eq!(user.ban.map(|ban| (ban.reason, ban.until)), Some(("spam".to_owned(), Some(CREATED))));
        let user =
            parse(&with(&format!(r#""banned":false,"banReason":"spam","banExpires":{CREATED}"#))).unwrap();
        assert!(user.ban.is_none());
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_quoted() {
        for (members, told) in [
            (r#""role":"owner s3cret""#, "role: must be user, admin or service"),
            (r#""emailVerified":"s3cret""#, "emailVerified: must be true or false"),
            (r#""banned":1"#, "banned: must be true or false"),
            (r#""name":{"s3cret":1}"#, "name: must be text"),
            (r#""passwordHash":["s3cret"]"#, "passwordHash: must be text"),
            (r#""passwordhash":"s3cret""#, "passwordhash: is no member of an account"),
            (r#""id":"s3cret""#, "id: appears twice"),
            (r#""$2b$10$s3cret":1"#, "has a member that an account does not have"),
            (r#""\u001b[2Js3cret\nline 9: ":1"#, "has a member that an account does not have"),
            (r#""name":"s3cret"#, NO_OBJECT),
        ] {
            assert_eq!(problem(&with(members)), told);
        }
        assert_eq!(problem("{}"), "id: is required");
        let array =
            r#"["arr","arr@example.org",1700000000000,null,null,null,"admin",true,null,null,null,null,null]"#;
        for line in ["", "[]", "null", "5", "not JSON", "{]", array] {
            assert_eq!(problem(line), NO_OBJECT, "{line}");
        }
    }
}
