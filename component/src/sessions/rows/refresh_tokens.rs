//! What becomes of refresh tokens.

use crate::{
    ids::SessionId,
    params,
    secrets::{RefreshToken, SecretVersion},
    storage::{Statement, expecting_one, statement},
    time::{Span, Time},
};

/// Adds a token to the chain of a session, as its `generation`th from 0.
pub fn insert_refresh_token(
    session: SessionId,
    token: &RefreshToken,
    generation: i64,
    now: Time,
) -> Statement {
    statement(
        "INSERT INTO refresh_tokens (hash, session_id, generation, issued_at, salt) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![token.hash(), session, generation, now, crate::platform::random::<16>()],
    )
}

/// Adds the first token of another chain behind whatever the session had.
pub fn begin_chain(session: SessionId, token: &RefreshToken, now: Time) -> Statement {
    statement(
        "INSERT INTO refresh_tokens (hash, session_id, generation, issued_at, salt)
         SELECT ?1, ?2, coalesce(max(generation) + 1, 0), ?3, ?4 FROM refresh_tokens WHERE session_id = ?2",
        params![token.hash(), session, now, crate::platform::random::<16>()],
    )
}

/// Leaves the token behind that nobody has used yet. One that was left behind before leads nowhere any more.
pub fn leave_behind(session: SessionId, version: SecretVersion, now: Time) -> [Statement; 2] {
    [
        statement(
            "UPDATE refresh_tokens SET spent_at = ?2, secret_version = ?3
             WHERE session_id = ?1 AND spent_at IS NULL AND left_behind_at IS NOT NULL",
            params![session, now, version],
        ),
        statement(
            "UPDATE refresh_tokens SET left_behind_at = ?2 WHERE session_id = ?1 AND spent_at IS NULL",
            params![session, now],
        ),
    ]
}

/// Spends the token of a generation that nobody has spent.
pub fn spend_generation(session: SessionId, generation: i64, version: SecretVersion, now: Time) -> Statement {
    expecting_one(
        "UPDATE refresh_tokens SET spent_at = ?3, secret_version = ?4
         WHERE session_id = ?1 AND generation = ?2 AND spent_at IS NULL",
        params![session, generation, now, version],
    )
}

/// Notes that a spent token is to get its successor again: once, as long as nobody has used that, and three times a day in the
/// chain.
pub fn repeat_late(
    session: SessionId,
    token: &RefreshToken,
    successor: &RefreshToken,
    now: Time,
) -> Statement {
    let day = Span::days(1);
    expecting_one(
        "UPDATE refresh_tokens SET repeated_at = ?4
         WHERE hash = ?2 AND repeated_at IS NULL
            AND EXISTS (SELECT 1 FROM refresh_tokens WHERE hash = ?3 AND spent_at IS NULL)
            AND (SELECT count(*) FROM refresh_tokens
                 WHERE session_id = ?1 AND repeated_at > ?5 AND repeated_at < ?6) < 3",
        params![session, token.hash(), successor.hash(), now, now - day, now + day],
    )
}

/// Spends a token that nobody has spent.
pub fn spend(token: &RefreshToken, version: SecretVersion, now: Time) -> Statement {
    expecting_one(
        "UPDATE refresh_tokens SET spent_at = ?2, secret_version = ?3 WHERE hash = ?1 AND spent_at IS NULL",
        params![token.hash(), now, version],
    )
}

/// Ends every chain of a session.
pub fn remove_refresh_tokens(session: SessionId) -> Statement {
    statement("DELETE FROM refresh_tokens WHERE session_id = ?1", params![session])
}
