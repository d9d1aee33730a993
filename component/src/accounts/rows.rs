//! The only SQL of accounts.

mod passwords;

pub use passwords::{clear_password, insert_password, put_password, set_password, upgrade_password};

use super::{AppMetadata, Ban, Place, Role, User};
use crate::{
    context::Context,
    email::Email,
    error::{Bug, Failure},
    ids::UserId,
    invalidations::Snapshot,
    params,
    platform::Level,
    storage::{
        self, Columns, Condition, FromValue as _, LossyUtf8, Statement, Utf8, Value, expecting_one, statement,
    },
    time::Time,
};
use mana_auth_face::Language;
use std::sync::LazyLock;

/// The most that is read of a text that an import may have brought, in bytes: more than any that the service writes.
const TEXT: usize = 16 << 10;

/// The columns of a user, in the order in which [`user`] takes them, of a table or alias `u`. What an import brought may be no text:
/// read as bytes, it fails its own row and not the query, whose rows may be of others.
pub static USER: LazyLock<String> = LazyLock::new(|| {
    let texts = ["u.id", "u.email", "u.name", "u.image"].map(|column| storage::bytes_of(column, TEXT));
    let app_metadata = storage::bytes_of("u.app_metadata", AppMetadata::LENGTH);
    format!(
        "{}, u.role, u.email_verified, u.created_at, u.updated_at, u.banned, u.ban_expires, u.language, {app_metadata}",
        texts.join(", ")
    )
});

/// Reads the columns of [`USER`].
///
/// # Errors
///
/// Where a column is not what the schema says.
pub fn user(row: &mut Columns) -> Result<User, Failure> {
    let Utf8(id) = row.take()?;
    // Only shown: nobody signs in with an address that can't be read, and its owner is still listed, and can be removed.
    let (LossyUtf8(email), LossyUtf8(name)) = (row.take()?, row.take()?);
    // One that can't be read is none.
    let image = row.take::<Option<Utf8>>().ok().flatten();
    Ok(User {
        id: UserId::from_value(Value::Text(id)).ok_or(Bug::Column(0))?,
        email: Email::from_row(email),
        name,
        image: image.map(|Utf8(image)| image),
        role: Role::from_name(&row.take::<String>()?).ok_or(Bug::Column(4))?,
        email_verified: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
        ban: match (row.take::<bool>()?, row.take::<Option<Time>>()?) {
            (false, _) => Ban::None,
            (true, Some(end)) => Ban::Until(end),
            (true, None) => Ban::Forever,
        },
        // One that is no longer spoken is none.
        language: row.take::<Option<String>>()?.and_then(|tag| Language::named(&tag)),
        app_metadata: {
            // What can't be read is none: it locks nobody out.
            let text = row.take::<Option<Utf8>>().ok().flatten();
            AppMetadata::from_row(text.map(|Utf8(text)| text))
        },
    })
}

/// What a sign-in or a change of password needs to know of an account.
pub struct Credentials {
    /// Whose they are.
    pub user: User,
    /// Rises with each change after which what is in progress must not succeed.
    pub version: i64,
    /// The encoded hash, if there is a password.
    pub password: Option<String>,
    /// Where they were read.
    pub snapshot: Snapshot,
}

/// The credentials of the account with this address. Where there is none, a neighbour's are read and dropped, so that time does not
/// tell it. What an import brought and nobody can read is as good as none.
///
/// # Errors
///
/// Where storage fails.
pub async fn credentials_by_email(ctx: &Context, email: &Email) -> Result<Option<Credentials>, Failure> {
    let nearest = "u.id = coalesce((SELECT id FROM users WHERE email >= ?1 ORDER BY email LIMIT 1),
                                    (SELECT id FROM users ORDER BY email DESC LIMIT 1))";
    credentials(ctx, "u.email = ?1", nearest, email.as_str().into()).await
}

/// The credentials of this account.
///
/// # Errors
///
/// Where storage fails.
pub async fn credentials_by_id(ctx: &Context, id: UserId) -> Result<Option<Credentials>, Failure> {
    credentials(ctx, "u.id = ?1", "u.id = ?1", id.into()).await
}

/// Reads the row where the condition holds, and drops it unless it is what is sought.
async fn credentials(
    ctx: &Context,
    sought: &str,
    condition: &str,
    key: Value,
) -> Result<Option<Credentials>, Failure> {
    let sql = format!(
        "SELECT {sought}, {}, {}, u.credential_version, {}
         FROM users u LEFT JOIN accounts a ON a.provider_id = 'credential' AND a.account_id = u.id
         WHERE {condition}",
        Snapshot::COLUMNS,
        storage::bytes_of("a.password", TEXT),
        *USER,
    );
    let found = storage::query_one(&sql, vec![key], |row| {
        let is_sought: bool = row.take()?;
        let snapshot = Snapshot::read(row)?;
        let (found, is_whole) = credentials_in(row, snapshot);
        if is_sought && !is_whole {
            ctx.log(Level::Error, "an account's row holds what can't be read", &[]);
        }
        Ok(found.filter(|_| is_sought))
    });
    Ok(found.await?.flatten())
}

/// The readable part of an account's row, and whether the whole row is readable.
fn credentials_in(row: &mut Columns, snapshot: Snapshot) -> (Option<Credentials>, bool) {
    let password = row.take::<Option<Utf8>>();
    let is_whole = password.is_ok();
    let password = password.ok().flatten().map(|Utf8(encoded)| encoded);
    let version = row.take::<i64>();
    match version.and_then(|version| Ok((version, user(row)?))) {
        Ok((version, user)) => (Some(Credentials { user, version, password, snapshot }), is_whole),
        Err(_) => (None, false),
    }
}

/// The account with this id.
///
/// # Errors
///
/// Where storage fails.
pub async fn by_id(id: UserId) -> Result<Option<User>, Failure> {
    storage::query_one(&format!("SELECT {} FROM users u WHERE u.id = ?1", *USER), params![id], user).await
}

/// The account with this address.
///
/// # Errors
///
/// Where storage fails.
pub async fn by_email(email: &Email) -> Result<Option<User>, Failure> {
    storage::query_one(
        &format!("SELECT {} FROM users u WHERE u.email = ?1", *USER),
        params![email.as_str()],
        user,
    )
    .await
}

/// Accounts, newest first, older than what stands at `before`: if it is still there, at the time that its row has, since those of
/// an import may be before all that the interface can say.
///
/// # Errors
///
/// Where storage fails.
pub async fn page(limit: u32, before: Option<Place>) -> Result<Vec<User>, Failure> {
    match before {
        Some(Place { created_at, id }) => {
            let sql = format!(
                "SELECT {} FROM users u
                 WHERE (u.created_at, u.id) < (coalesce((SELECT created_at FROM users WHERE id = ?1), ?2), ?1)
                 ORDER BY u.created_at DESC, u.id DESC LIMIT ?3",
                *USER
            );
            storage::query(&sql, params![id, created_at, limit], user).await
        }
        None => {
            let sql = format!("SELECT {} FROM users u ORDER BY u.created_at DESC, u.id DESC LIMIT ?1", *USER);
            storage::query(&sql, params![limit], user).await
        }
    }
}

/// The name of the constraint that keeps addresses unique, for each dialect.
#[must_use]
pub fn is_email_taken(constraint: &str) -> bool {
    matches!(constraint, "users.email" | "users_email_key")
}

/// Adds an account, where a condition holds. The reason of a ban is kept where there is one.
#[must_use]
pub fn insert(user: &User, ban_reason: Option<&str>, condition: &Condition) -> Statement {
    let (is_banned, ban_expires) = match user.ban {
        Ban::None => (false, None),
        Ban::Until(end) => (true, Some(end)),
        Ban::Forever => (true, None),
    };
    let mut params = params![
        user.id,
        user.email.as_str(),
        user.name.as_str(),
        user.image.clone(),
        user.role.name(),
        user.email_verified,
        is_banned,
        ban_reason,
        ban_expires,
        user.created_at,
        user.updated_at,
        user.app_metadata.as_str(),
        user.language.map(Language::tag),
    ];
    let condition = condition.bind(&mut params);
    let sql = format!(
        "INSERT INTO users (id, email, name, image, role, email_verified, banned, ban_reason, ban_expires, created_at, updated_at, app_metadata, language)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 WHERE {condition}"
    );
    expecting_one(&sql, params)
}

/// Id and address of each account that has the id or the address of one of these, as far as they can be read.
///
/// # Errors
///
/// Where storage fails.
pub async fn alike<'a>(
    users: impl Iterator<Item = &'a User> + Clone,
) -> Result<Vec<(String, String)>, Failure> {
    let ids: Vec<Value> = users.clone().map(|user| user.id.into()).collect();
    let emails: Vec<Value> = users.map(|user| user.email.as_str().into()).collect();
    let places = |from: usize, count: usize| {
        let places: Vec<_> = (from + 1..=from + count).map(|place| format!("?{place}")).collect();
        places.join(", ")
    };
    let sql = format!(
        "SELECT {}, {} FROM users u WHERE u.id IN ({}) OR u.email IN ({})",
        storage::bytes_of("u.id", TEXT),
        storage::bytes_of("u.email", TEXT),
        places(0, ids.len()),
        places(ids.len(), emails.len()),
    );
    let params = ids.into_iter().chain(emails).collect();
    let read = |row: &mut Columns| {
        let (LossyUtf8(id), LossyUtf8(email)) = (row.take()?, row.take()?);
        Ok((id, email))
    };
    storage::query(&sql, params, read).await
}

/// Changes what a user wants to be called.
#[must_use]
pub fn set_name(user: UserId, name: &str, now: Time) -> Statement {
    expecting_one("UPDATE users SET name = ?2, updated_at = ?3 WHERE id = ?1", params![user, name, now])
}

/// Changes a user's picture.
#[must_use]
pub fn set_image(user: UserId, image: Option<String>, now: Time) -> Statement {
    expecting_one("UPDATE users SET image = ?2, updated_at = ?3 WHERE id = ?1", params![user, image, now])
}

/// Changes the language that a user reads.
#[must_use]
pub fn set_language(user: UserId, language: Language, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET language = ?2, updated_at = ?3 WHERE id = ?1",
        params![user, language.tag(), now],
    )
}

/// Changes what a user may do.
#[must_use]
pub fn set_role(user: UserId, role: Role, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET role = ?2, updated_at = ?3 WHERE id = ?1",
        params![user, role.name(), now],
    )
}

/// Keeps a user out until a moment, or for good. The sessions end by a trigger.
#[must_use]
pub fn ban(user: UserId, reason: &str, until: Option<Time>, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET banned = true, ban_reason = ?2, ban_expires = ?3, updated_at = ?4 WHERE id = ?1",
        params![user, reason, until, now],
    )
}

/// Lets a user in again.
#[must_use]
pub fn unban(user: UserId, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET banned = false, ban_reason = NULL, ban_expires = NULL, updated_at = ?2 WHERE id = ?1",
        params![user, now],
    )
}

/// Changes a user's address. Nobody has shown that it is theirs.
#[must_use]
pub fn set_email(user: UserId, email: &Email, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET email = ?2, email_verified = false, updated_at = ?3 WHERE id = ?1",
        params![user, email.as_str(), now],
    )
}

/// Changes a user's address to one that was shown to be theirs, where a condition holds.
#[must_use]
pub fn confirm_email(user: UserId, email: &Email, condition: &Condition, now: Time) -> Statement {
    let mut params = params![user, email.as_str(), now];
    let condition = condition.bind(&mut params);
    let sql = format!(
        "UPDATE users SET email = ?2, email_verified = true, updated_at = ?3 WHERE id = ?1 AND {condition}"
    );
    expecting_one(&sql, params)
}

/// Notes that an address was shown to be a user's, as long as it still is.
#[must_use]
pub fn verify_email(user: UserId, email: &Email, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET email_verified = true, updated_at = ?3 WHERE id = ?1 AND email = ?2",
        params![user, email.as_str(), now],
    )
}

/// Notes that an address was shown to be a user's, where that was not known.
#[must_use]
pub fn verify_email_of(user: UserId, email: &Email, now: Time) -> Statement {
    statement(
        "UPDATE users SET email_verified = true, updated_at = ?3 WHERE id = ?1 AND email = ?2 AND NOT email_verified",
        params![user, email.as_str(), now],
    )
}

/// Replaces what the operator keeps of a user.
#[must_use]
pub fn set_app_metadata(user: UserId, metadata: &AppMetadata, now: Time) -> Statement {
    expecting_one(
        "UPDATE users SET app_metadata = ?2, updated_at = ?3 WHERE id = ?1",
        params![user, metadata.as_str(), now],
    )
}

/// Changes nothing, and fails where the credentials are not of this version any more.
#[must_use]
pub fn while_version(user: UserId, version: i64) -> Statement {
    expecting_one(
        "UPDATE users SET credential_version = credential_version WHERE id = ?1 AND credential_version = ?2",
        params![user, version],
    )
}

/// Removes an account and all that hangs on it.
#[must_use]
pub fn delete_by_operator(user: UserId) -> Statement {
    expecting_one("DELETE FROM users WHERE id = ?1", params![user])
}

/// Removes an account and all that hangs on it, if its credentials are still those that were read as `version`.
#[must_use]
pub fn delete_by_owner(user: UserId, version: i64) -> Statement {
    expecting_one("DELETE FROM users WHERE id = ?1 AND credential_version = ?2", params![user, version])
}
