//! The only SQL of the signing keys.

use super::{Key, PUBLISHED_AHEAD, TOKEN_LIFETIME};
use crate::{
    error::{Bug, Failure},
    invalidations::Snapshot,
    params,
    secrets::WrappedKey,
    storage::{self, Statement, Value, expecting_one, statement},
    time::{Span, Time},
};
use mana_auth_tokens::PublicKey;

/// Every key, newest first, and where they were read; nowhere if there is none.
pub async fn all_at() -> Result<(Option<Snapshot>, Vec<Key>), Failure> {
    read("", vec![]).await
}

async fn read(condition: &str, params: Vec<Value>) -> Result<(Option<Snapshot>, Vec<Key>), Failure> {
    let sql = format!(
        "SELECT {}, public_key, private_key, created_at, signs_from, revoked_at, secret_version
         FROM jwks {condition} ORDER BY signs_from DESC, id",
        Snapshot::COLUMNS
    );
    let mut snapshot = None;
    let keys = storage::query(&sql, params, |row| {
        snapshot = Some(Snapshot::read(row)?);
        let public = PublicKey::from_bytes(&row.take()?).ok_or(Bug::Column(3))?;
        let bytes = row.take()?;
        let (created_at, signs_from, revoked_at) = (row.take()?, row.take()?, row.take()?);
        let private = WrappedKey::stored(row.take()?, bytes);
        Ok(Key { public, created_at, signs_from, revoked_at, private })
    })
    .await?;
    Ok((snapshot, keys))
}

/// Every key, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn all() -> Result<Vec<Key>, Failure> {
    Ok(all_at().await?.1)
}

/// Every key, newest first, if the schema is of this version, or of a newer one that programs of this version may serve on; otherwise none, or a
/// rejection.
///
/// # Errors
///
/// Where storage fails.
pub async fn all_under_schema(version: u32) -> Result<Vec<Key>, Failure> {
    let condition = "WHERE (SELECT CASE WHEN version >= ?1 AND oldest <= ?1 THEN 1 ELSE 0 END
         FROM schema_migrations ORDER BY version DESC LIMIT 1) = 1";
    Ok(read(condition, params![version]).await?.1)
}

pub fn insert(key: &Key) -> Statement {
    statement(
        "INSERT INTO jwks (id, public_key, private_key, secret_version, created_at, signs_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            key.public.kid(),
            key.public.to_bytes(),
            key.private.to_bytes(),
            key.secret_version(),
            key.created_at,
            key.signs_from,
        ],
    )
}

/// Puts a key wrapped anew in the place of the one that was read.
pub fn rewrap(key: &Key, private: &WrappedKey) -> Statement {
    expecting_one(
        "UPDATE jwks SET private_key = ?4, secret_version = ?3 WHERE id = ?1 AND secret_version = ?2",
        params![key.public.kid(), key.secret_version(), private.version(), private.to_bytes()],
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
