//! The only SQL of devices.

use crate::{
    error::Failure,
    ids::UserId,
    params,
    storage::{self, Columns, Condition, Statement, Utf8, statement},
    time::Time,
};
use uuid::Uuid;

/// The most that is read of an address, in bytes: none is longer.
const ADDRESS: usize = 254;

/// The address of a user who has this device, where this is its newest nonce, or the one before.
pub async fn owner_by_cookie(
    device: Uuid,
    user: UserId,
    nonce_hash: &[u8; 32],
) -> Result<Option<String>, Failure> {
    let sql = format!(
        "SELECT {} FROM devices d JOIN users u ON u.id = d.user_id
         WHERE d.id = ?1 AND d.user_id = ?2 AND ?3 IN (d.nonce_hash, d.nonce_before)",
        storage::bytes_of("u.email", ADDRESS)
    );
    // Whoever shares the device signs in to another account, and an address that is no text is nobody's here.
    let read = |row: &mut Columns| Ok(row.take::<Utf8>().ok().map(|Utf8(email)| email));
    Ok(storage::query_one(&sql, params![device, user, *nonce_hash], read).await?.flatten())
}

/// The device of a user that a client calls so.
pub async fn by_client_id(user: UserId, client_id: &str) -> Result<Option<Uuid>, Failure> {
    let sql = "SELECT id FROM devices WHERE user_id = ?1 AND client_id = ?2";
    storage::query_one(sql, params![user, client_id], |row| row.take()).await
}

/// Remembers a device, or that it was seen again.
pub fn remember(device: Uuid, user: UserId, nonce_hash: &[u8; 32], now: Time) -> Statement {
    statement(
        "INSERT INTO devices (id, user_id, nonce_hash, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (id) DO UPDATE
             SET nonce_before = devices.nonce_hash, nonce_hash = excluded.nonce_hash, last_seen_at = excluded.last_seen_at",
        params![device, user, *nonce_hash, now],
    )
}

/// Remembers a device that a client calls so, as one, however many sign-ins come from it at once.
pub fn remember_as(
    client_id: &str,
    device: Uuid,
    user: UserId,
    nonce_hash: &[u8; 32],
    now: Time,
) -> Statement {
    statement(
        "INSERT INTO devices (id, user_id, client_id, nonce_hash, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (user_id, client_id) DO UPDATE
             SET id = excluded.id, nonce_before = devices.nonce_hash, nonce_hash = excluded.nonce_hash, last_seen_at = excluded.last_seen_at",
        params![device, user, client_id, *nonce_hash, now],
    )
}

/// What holds while no device of a user is called so by a client.
pub fn is_new(user: UserId, client_id: Option<&str>) -> Condition {
    let sql = "NOT EXISTS (SELECT 1 FROM devices WHERE user_id = $1 AND client_id = $2)";
    Condition::new(sql, params![user, client_id])
}

/// Forgets devices past the newest so many.
pub fn displace(user: UserId, most: u32) -> Statement {
    statement(
        "DELETE FROM devices WHERE id IN (
             SELECT id FROM devices WHERE user_id = ?1 ORDER BY last_seen_at DESC, id DESC LIMIT 1000 OFFSET ?2)",
        params![user, most],
    )
}

/// What holds where a user has any device.
pub fn has_any(user: UserId) -> Condition {
    Condition::new("EXISTS (SELECT 1 FROM devices WHERE user_id = $1)", params![user])
}

/// Forgets every device of a user.
pub fn forget_all(user: UserId) -> Statement {
    statement("DELETE FROM devices WHERE user_id = ?1", params![user])
}
