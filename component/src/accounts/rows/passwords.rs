//! The statements that set passwords, by their encoded hashes. Each change makes what is in progress fail: `users.credential_version` rises by a
//! trigger.

use super::super::User;
use crate::{
    ids::UserId,
    params,
    storage::{Statement, expecting_one, statement},
    time::Time,
};
use uuid::Uuid;

/// Adds the password of an account that has none, by its encoded hash.
#[must_use]
pub fn insert_password(user: &User, account: Uuid, password: &str) -> Statement {
    statement(
        "INSERT INTO accounts (id, user_id, provider_id, account_id, password, created_at, updated_at)
         VALUES (?1, ?2, 'credential', ?2, ?3, ?4, ?4)",
        params![account, user.id, password, user.created_at],
    )
}

/// Replaces a password, if the account's credentials are still those that were read as `version`.
#[must_use]
pub fn set_password(user: UserId, version: i64, password: &str, now: Time) -> Statement {
    expecting_one(
        "UPDATE accounts SET password = ?3, updated_at = ?4 WHERE provider_id = 'credential' AND account_id = ?1
         AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND credential_version = ?2)",
        params![user, version, password, now],
    )
}

/// Sets a password, whether or not there was one, by its encoded hash.
#[must_use]
pub fn put_password(user: UserId, account: Uuid, password: &str, now: Time) -> Statement {
    expecting_one(
        "INSERT INTO accounts (id, user_id, provider_id, account_id, password, created_at, updated_at)
         VALUES (?1, ?2, 'credential', ?2, ?3, ?4, ?4)
         ON CONFLICT (provider_id, account_id) DO UPDATE SET password = excluded.password, updated_at = excluded.updated_at",
        params![account, user, password, now],
    )
}

/// Takes a password away: only a reset leads to another. What is in progress must not succeed, even where there was none.
#[must_use]
pub fn clear_password(user: UserId, now: Time) -> [Statement; 2] {
    [
        statement(
            "UPDATE accounts SET password = NULL, updated_at = ?2 WHERE provider_id = 'credential' AND account_id = ?1",
            params![user, now],
        ),
        expecting_one(
            "UPDATE users SET credential_version = credential_version + 1, updated_at = ?2 WHERE id = ?1",
            params![user, now],
        ),
    ]
}

/// Replaces a hash by one of the same password at today's cost, if it is still the one that was read.
#[must_use]
pub fn upgrade_password(user: UserId, old: &str, new: &str, now: Time) -> Statement {
    statement(
        "UPDATE accounts SET password = ?3, updated_at = ?4
         WHERE provider_id = 'credential' AND account_id = ?1 AND password = ?2",
        params![user, old, new, now],
    )
}
