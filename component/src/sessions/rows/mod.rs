//! The only SQL of sessions and refresh tokens.

mod refresh_tokens;

pub use refresh_tokens::*;

use super::{Count, Device, Methods, Session};
use crate::{
    accounts::{self, User},
    error::Failure,
    events::Event,
    ids::{SessionId, UserId},
    invalidations::{Position, Snapshot},
    params,
    secrets::{CookieSecret, RefreshToken, SecretVersion},
    storage::{self, Columns, Condition, Statement, Value, expecting_one, statement},
    time::Time,
};
use std::sync::LazyLock;

const SESSION: &str = "s.id, s.user_id, s.remember_me, s.device_id, s.device_name, s.ip_address, s.user_agent, \
                       s.last_activity_at, s.created_at, s.expires_at, s.absolute_expires_at, s.not_before, \
                       s.auth_time, s.amr, s.parent_id, s.origin";

/// A session ends with its parent.
const FROM: &str = "sessions s JOIN users u ON u.id = s.user_id LEFT JOIN sessions p ON p.id = s.parent_id";

fn session(row: &mut Columns) -> Result<Session, Failure> {
    Ok(Session {
        id: row.take()?,
        user_id: row.take()?,
        remember_me: row.take()?,
        device: Device { id: row.take()?, name: row.take()? },
        ip_address: row.take()?,
        user_agent: row.take()?,
        last_activity_at: row.take()?,
        created_at: row.take()?,
        expires_at: row.take()?,
        absolute_expires_at: row.take()?,
        not_before: row.take()?,
        auth_time: row.take()?,
        amr: row.take()?,
        parent_id: row.take()?,
        origin: row.take()?,
    })
}

/// A session with what decides whether it is alive.
#[derive(Clone)]
pub struct Found {
    /// It ends no later than its parent.
    pub session: Session,
    pub user: User,
    pub credential_version: i64,
    /// Where in the order of commits the session itself last changed.
    touched_at: u64,
    pub snapshot: Snapshot,
}

impl Found {
    /// Whether the session may be used.
    pub fn is_alive(&self, now: Time) -> bool {
        self.session.is_in_time(now) && !self.user.ban.holds(now)
    }

    /// Whether it accepts access tokens issued at this time in seconds, and at this position. Those of the second in which its secrets
    /// changed are told apart by the order of commits; it says nothing of a token from another history.
    pub fn accepts_tokens_issued(&self, iat: u64, at: Option<Position>, now: Time) -> bool {
        if iat == self.session.not_before.as_seconds() {
            let start = self.snapshot.as_of.start;
            return at.is_some_and(|at| at.start != start || self.is_unchanged_since(at));
        }
        self.session.accepts_tokens_issued_at(iat, now)
    }

    /// Whether the session has not changed since this position: who renewed its secrets shuts out whatever was issued
    /// before, whichever clock it was dated by.
    pub fn is_unchanged_since(&self, issued_at: Position) -> bool {
        self.touched_at <= issued_at.id
    }
}

async fn find(condition: &str, key: Value) -> Result<Option<Found>, Failure> {
    let sql = format!("SELECT {} FROM {FROM} WHERE {condition}", *FOUND);
    storage::query_one(&sql, vec![key], found).await
}

/// What [`found`] reads.
static FOUND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{SESSION}, {}, u.credential_version, p.expires_at, p.absolute_expires_at, s.touched_at, {}",
        *accounts::USER,
        Snapshot::COLUMNS
    )
});

fn found(row: &mut Columns) -> Result<Found, Failure> {
    let mut session = session(row)?;
    let (user, credential_version) = (accounts::user(row)?, row.take()?);
    let (expires_at, absolute): (Option<Time>, Option<Time>) = (row.take()?, row.take()?);
    if session.parent_id.is_some() {
        // Without a parent it has ended.
        session.expires_at = session.expires_at.min(expires_at.unwrap_or(Time(0)));
        session.absolute_expires_at = session.absolute_expires_at.min(absolute.unwrap_or(Time(0)));
    }
    Ok(Found { session, user, credential_version, touched_at: row.take()?, snapshot: Snapshot::read(row)? })
}

pub async fn by_cookie(cookie: &CookieSecret) -> Result<Option<Found>, Failure> {
    find("s.token_hash = ?1", cookie.hash().into()).await
}

/// The session and the user that a cookie names, whatever else is written of them.
pub async fn ids_by_cookie(cookie: &CookieSecret) -> Result<Option<(SessionId, UserId)>, Failure> {
    let sql = "SELECT id, user_id FROM sessions WHERE token_hash = ?1";
    storage::query_one(sql, params![cookie.hash()], |row| Ok((row.take()?, row.take()?))).await
}

pub async fn by_id(id: SessionId) -> Result<Option<Found>, Failure> {
    find("s.id = ?1", id.into()).await
}

/// The sessions of a user that are alive, newest first.
pub async fn of_user(user: UserId, now: Time) -> Result<Vec<Session>, Failure> {
    let sql = format!(
        "SELECT {} FROM {FROM} WHERE s.user_id = ?1 ORDER BY s.created_at DESC, s.id DESC LIMIT 1000",
        *FOUND
    );
    let sessions = storage::query(&sql, params![user], found).await?;
    Ok(sessions.into_iter().filter(|found| found.is_alive(now)).map(|found| found.session).collect())
}

/// A refresh token as it is known, with its session.
pub struct Presented {
    pub spent: Option<Spent>,
    /// When a renewal of the session put a new chain in its place, into which it leads.
    pub left_behind_at: Option<Time>,
    pub salt: [u8; 16],
    pub generation: i64,
    pub found: Found,
}

/// When a refresh token was spent, and with which secret its successor was derived.
pub struct Spent {
    pub at: Time,
    pub version: SecretVersion,
}

pub async fn by_refresh_token(token: &RefreshToken) -> Result<Option<Presented>, Failure> {
    let sql = format!(
        "SELECT r.spent_at, r.secret_version, r.left_behind_at, r.salt, r.generation, {}
         FROM {FROM} JOIN refresh_tokens r ON r.session_id = s.id WHERE r.hash = ?1",
        *FOUND
    );
    storage::query_one(&sql, params![token.hash()], |row| {
        let (at, version): (Option<Time>, Option<SecretVersion>) = (row.take()?, row.take()?);
        let spent = at.zip(version).map(|(at, version)| Spent { at, version });
        let left_behind_at = row.take()?;
        Ok(Presented {
            spent,
            left_behind_at,
            salt: row.take()?,
            generation: row.take()?,
            found: found(row)?,
        })
    })
    .await
}

/// Whether this token exists and has not been spent.
pub async fn is_unspent(token: &RefreshToken) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM refresh_tokens WHERE hash = ?1 AND spent_at IS NULL";
    Ok(storage::query_one(sql, params![token.hash()], |row| row.take::<i64>()).await?.is_some())
}

/// Opens a session with a cookie, if the user's credentials are still those that were read as `version`.
pub fn open(session: &Session, cookie: &CookieSecret, version: i64) -> Statement {
    let mut params = values(session, Some(cookie));
    params.push(version.into());
    expecting_one(
        "INSERT INTO sessions (id, user_id, token_hash, remember_me, device_id, device_name, ip_address, user_agent,
            last_activity_at, created_at, expires_at, absolute_expires_at, not_before, auth_time, parent_id, origin, amr)
         SELECT ?1, u.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17
         FROM users u WHERE u.id = ?2 AND u.credential_version = ?18",
        params,
    )
}

/// Opens a session under a parent, if that is still alive and the user's credentials are still those that were read
/// as `version`.
pub fn open_child(session: &Session, version: i64) -> Statement {
    let mut params = values(session, None);
    params.push(version.into());
    expecting_one(
        "INSERT INTO sessions (id, user_id, token_hash, remember_me, device_id, device_name, ip_address, user_agent,
            last_activity_at, created_at, expires_at, absolute_expires_at, not_before, auth_time, parent_id, origin, amr)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, p.id, ?16, ?17
         FROM sessions p JOIN users u ON u.id = p.user_id
         WHERE p.id = ?15 AND p.expires_at > ?10 AND p.absolute_expires_at > ?10
            AND u.id = ?2 AND u.credential_version = ?18",
        params,
    )
}

fn values(session: &Session, cookie: Option<&CookieSecret>) -> Vec<Value> {
    params![
        session.id,
        session.user_id,
        cookie.map(CookieSecret::hash),
        session.remember_me,
        session.device.id.clone(),
        session.device.name.clone(),
        session.ip_address.clone(),
        session.user_agent.clone(),
        session.last_activity_at,
        session.created_at,
        session.expires_at,
        session.absolute_expires_at,
        session.not_before,
        session.auth_time,
        session.parent_id,
        session.origin.clone(),
        session.amr.as_str(),
    ]
}

/// Moves the expiry of a session and notes its use, if it has not ended. A shorter expiry than the present one is left
/// alone.
pub fn slide(session: SessionId, expires_at: Time, now: Time) -> Statement {
    statement(
        "UPDATE sessions SET expires_at = ?2, last_activity_at = ?3
         WHERE id = ?1 AND expires_at < ?2 AND expires_at > ?3 AND absolute_expires_at > ?3",
        params![session, expires_at, now],
    )
}

/// Notes that a session was used.
pub fn touch(session: SessionId, at: Time) -> Statement {
    statement(
        "UPDATE sessions SET last_activity_at = ?2 WHERE id = ?1 AND last_activity_at < ?2",
        params![session, at],
    )
}

/// Gives a session new secrets, after its user has proven anew who they are.
pub fn renew(renewed: &Renewed<'_>, now: Time) -> Statement {
    let Renewed { session, cookie, not_before, amr } = renewed;
    expecting_one(
        "UPDATE sessions SET token_hash = coalesce(?2, token_hash), not_before = ?3, auth_time = ?4, amr = ?5, last_activity_at = ?4 WHERE id = ?1",
        params![*session, cookie.map(CookieSecret::hash), *not_before, now, amr.as_str()],
    )
}

/// Makes a session stand alone: the one that it was exchanged from ends.
pub fn stand_alone(session: SessionId) -> Statement {
    expecting_one("UPDATE sessions SET parent_id = NULL, origin = NULL WHERE id = ?1", params![session])
}

/// What a session has anew.
pub struct Renewed<'a> {
    pub session: SessionId,
    /// None where it stays without one.
    pub cookie: Option<&'a CookieSecret>,
    pub not_before: Time,
    pub amr: &'a Methods,
}

/// Ends a session and its children.
pub fn end(session: SessionId) -> Statement {
    statement("DELETE FROM sessions WHERE id = ?1", params![session])
}

/// Ends a session that must be there.
pub fn end_existing(session: SessionId) -> Statement {
    expecting_one("DELETE FROM sessions WHERE id = ?1", params![session])
}

/// Ends a session of this user, which must be there.
pub fn end_own(user: UserId, session: SessionId) -> Statement {
    expecting_one("DELETE FROM sessions WHERE id = ?1 AND user_id = ?2", params![session, user])
}

/// Ends every session of a user but this one and the one that it was exchanged from, without which it would end too. Those that
/// were exchanged go first, so that each is counted.
pub fn end_others(user: UserId, kept: SessionId, parent: Option<SessionId>) -> [Statement; 2] {
    ["IS NOT NULL", "IS NULL"].map(|is_child| {
        let sql = format!(
            "DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN (?2, ?3) AND parent_id {is_child}"
        );
        statement(&sql, params![user, kept, parent.unwrap_or(kept)])
    })
}

/// Ends every session of a user but one, its children included.
pub fn end_all_but(user: UserId, kept: SessionId) -> Statement {
    statement("DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2", params![user, kept])
}

/// Ends every session of a user. Those that were exchanged go first, so that each is counted.
pub fn end_all(user: UserId) -> [Statement; 2] {
    ["IS NOT NULL", "IS NULL"].map(|is_child| {
        statement(&format!("DELETE FROM sessions WHERE user_id = ?1 AND parent_id {is_child}"), params![user])
    })
}

/// Ends the child session of this parent for this origin, if there is one.
pub fn end_child(parent: SessionId, origin: &str) -> Statement {
    statement("DELETE FROM sessions WHERE parent_id = ?1 AND origin = ?2", params![parent, origin])
}

/// Removes a user's sessions that have expired, so that they don't count.
pub fn remove_expired(user: UserId, now: Time) -> Statement {
    statement("DELETE FROM sessions WHERE user_id = ?1 AND expires_at <= ?2", params![user, now])
}

/// Ends the oldest sign-ins of a user, so that with the one that was just opened no more than `limit` are left.
pub fn displace(user: UserId, opened: SessionId, limit: u32) -> Statement {
    statement(
        "DELETE FROM sessions WHERE user_id = ?1 AND parent_id IS NULL AND id <> ?2 AND id NOT IN (
             SELECT id FROM sessions WHERE user_id = ?1 AND parent_id IS NULL AND id <> ?2
             ORDER BY created_at DESC, id DESC LIMIT ?3)",
        params![user, opened, limit.saturating_sub(1)],
    )
}

/// Writes the event only where, at its turn, its user has a session besides these two.
pub fn if_others_than(kept: SessionId, parent: Option<SessionId>, event: Event) -> Event {
    let user = event.user;
    let condition = "EXISTS (SELECT 1 FROM sessions WHERE user_id = $1 AND id NOT IN ($2, $3))";
    event.only_if(Condition::new(condition, params![user, kept, parent.unwrap_or(kept)]))
}

/// Writes the event only where, at its turn, its user has more sign-ins than `limit`.
pub fn if_more_than(limit: u32, event: Event) -> Event {
    let user = event.user;
    let condition = "(SELECT count(*) FROM sessions WHERE user_id = $1 AND parent_id IS NULL) > $2";
    event.only_if(Condition::new(condition, params![user, limit]))
}

/// The sessions that are alive, those of other origins included. By `sessions_expiry` alone, and without sorting: some
/// eight million a second.
pub async fn count(now: Time) -> Result<Count, Failure> {
    let sql = "SELECT count(*), count(CASE WHEN remember_me THEN 1 END) FROM sessions WHERE expires_at > ?1";
    let read = |row: &mut Columns| Ok(Count { all: row.take()?, remembered: row.take()? });
    Ok(storage::query_one(sql, params![now], read).await?.unwrap_or_default())
}

/// Removes at most `limit` sessions that have expired.
#[must_use]
pub fn prune(now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        params![now, limit],
    )
}
