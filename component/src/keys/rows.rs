//! The only SQL of the signing keys.

use super::{Key, PUBLISHED_AHEAD, TOKEN_LIFETIME};
use crate::{
    error::{Bug, Error},
    params,
    storage::{self, Statement, Value, expecting_one, statement},
    time::{Span, Time},
};
use mana_auth_tokens::PublicKey;

/// A SQL expression: the position of the last change to the keys. Select it along with whatever else is read.
pub const POSITION: &str = "(SELECT max(id) FROM invalidations WHERE subject = 'keys')";

/// The position of the last change to the keys.
pub async fn position() -> Result<Option<i64>, Error> {
    let sql = format!("SELECT {POSITION}");
    Ok(storage::query_one(&sql, vec![], |row| row.take::<Option<i64>>()).await?.flatten())
}

/// A key and its sealed private part.
pub struct Sealed {
    pub key: Key,
    pub private: Vec<u8>,
}

/// Every key, newest first, with its private part, and the position that this is true of.
pub async fn sealed() -> Result<(Option<i64>, Vec<Sealed>), Error> {
    read("", vec![]).await
}

async fn read(condition: &str, params: Vec<Value>) -> Result<(Option<i64>, Vec<Sealed>), Error> {
    let sql = format!(
        "SELECT {POSITION}, public_key, private_key, created_at, signs_from, revoked_at, secret_version
         FROM jwks {condition} ORDER BY signs_from DESC, id"
    );
    let mut position = None;
    let keys = storage::query(&sql, params, |row| {
        position = row.take()?;
        let public = PublicKey::from_bytes(&row.take()?).ok_or(Bug::Column(1))?;
        let private = row.take()?;
        let key = Key {
            public,
            created_at: row.take()?,
            signs_from: row.take()?,
            revoked_at: row.take()?,
            secret_version: row.take()?,
        };
        Ok(Sealed { key, private })
    })
    .await?;
    Ok((position, keys))
}

/// Every key, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn all() -> Result<Vec<Key>, Error> {
    Ok(without_private(sealed().await?.1))
}

/// Every key, newest first, if the schema has this version; otherwise none, or a rejection.
///
/// # Errors
///
/// Where storage fails.
pub async fn all_under_schema(version: u32) -> Result<Vec<Key>, Error> {
    let condition = "WHERE (SELECT max(version) FROM schema_migrations) = ?1";
    Ok(without_private(read(condition, params![version]).await?.1))
}

fn without_private(sealed: Vec<Sealed>) -> Vec<Key> {
    sealed.into_iter().map(|sealed| sealed.key).collect()
}

pub fn insert(sealed: &Sealed) -> Statement {
    let key = &sealed.key;
    statement(
        "INSERT INTO jwks (id, public_key, private_key, secret_version, created_at, signs_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            key.public.kid(),
            key.public.to_bytes(),
            sealed.private.clone(),
            key.secret_version,
            key.created_at,
            key.signs_from,
        ],
    )
}

pub fn reseal(id: &str, from: u32, to: u32, private: Vec<u8>) -> Statement {
    expecting_one(
        "UPDATE jwks SET private_key = ?4, secret_version = ?3 WHERE id = ?1 AND secret_version = ?2",
        params![id, from, to, private],
    )
}

pub fn revoke(id: &str, now: Time) -> Statement {
    expecting_one("UPDATE jwks SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL", params![id, now])
}

/// Removes keys that nothing needs any more: those whose last token has expired, with time to spare for clocks that
/// differ, and those revoked for a month.
#[must_use]
pub fn prune(now: Time) -> Statement {
    statement(
        "DELETE FROM jwks WHERE revoked_at < ?1 OR (revoked_at IS NULL AND EXISTS (
             SELECT 1 FROM jwks AS successor WHERE successor.revoked_at IS NULL
                AND successor.signs_from > jwks.signs_from AND successor.signs_from < ?2))",
        params![now - Span::days(30), now - TOKEN_LIFETIME - PUBLISHED_AHEAD],
    )
}
