//! The only SQL of challenges.

use super::{limit::Limit, purpose::Purpose, request::Request};
use crate::{
    email::Email,
    error::Failure,
    ids::UserId,
    params,
    storage::{self, Columns, Condition, Statement, Value, expecting_one, statement},
    time::{SKEW, Span, Time},
};

/// How many rows a purpose may have: past it the oldest go.
const MOST: i64 = 100_000;

/// How long rows are kept at least: limits look back for a day.
const KEPT: Span = Span::days(1);

/// The last position that is given. Larger ones were written by somebody else, and push nothing out.
const LAST: i64 = 1 << 40;

/// How long a code is good.
const CODE: Span = Span::hours(1);

/// How often a code may be typed wrong.
const ATTEMPTS: u32 = 5;

/// The attempts of all codes of a purpose together, for one address within a day. Without this bound, another code could be asked for after
/// each five attempts, until a guess is right.
const ATTEMPTS_OF_ADDRESS: u32 = 15;

/// A row to be written.
pub struct New<'a> {
    pub id: &'a str,
    pub request: &'a Request<'a>,
    pub user: UserId,
    pub token_hash: [u8; 32],
    pub code_mac: Option<Vec<u8>>,
    pub network: [u8; 32],
    pub now: Time,
}

/// A row that somebody has named.
pub struct Found {
    pub id: String,
    pub user: UserId,
    pub email: Email,
    pub detail: Option<String>,
    pub browser_hash: Option<Vec<u8>>,
    pub code_mac: Vec<u8>,
    pub is_spent: bool,
    pub spent_by: Option<Vec<u8>>,
    /// Whether the account is still as the challenge has it.
    pub is_current: bool,
    /// Whether there is such an account.
    pub is_of_account: bool,
}

/// Where a challenge is written.
pub enum Gate {
    /// Where there were fewer of its address, and of its network.
    Limits(Limit, Limit),
    /// Where this holds.
    If(Condition),
}

/// Writes a challenge where its gate lets it. The credentials that it is good for are those at its turn in the transaction.
pub fn insert(new: &New<'_>, gate: &Gate) -> Statement {
    let Request { purpose, email, browser, detail, .. } = new.request;
    let mut params = params![
        new.id,
        purpose.name(),
        new.token_hash,
        new.code_mac.clone(),
        new.user,
        email.as_str(),
        new.network,
        browser.map(|browser| browser.hash()),
        new.now,
        new.now + purpose.lifetime(),
        *detail,
    ];
    let condition = match gate {
        Gate::If(condition) => condition.bind(&mut params),
        Gate::Limits(of_address, of_network) => {
            params.extend(params![new.now - Span::hours(1), new.now - Span::days(1), new.now + SKEW]);
            format!("{} AND {}", is_below("email", 6, *of_address), is_below("network", 7, *of_network))
        }
    };
    let sql = format!(
        "INSERT INTO challenges (id, purpose, position, token_hash, code_mac, user_id, credential_version, email, network, browser_hash, created_at, expires_at, detail)
         SELECT ?1, ?2, coalesce((SELECT position + 1 FROM challenges WHERE purpose = ?2 AND position < {LAST} ORDER BY position DESC LIMIT 1), 1),
             ?3, ?4, ?5, coalesce((SELECT credential_version FROM users WHERE id = ?5), 0), ?6, ?7, ?8, ?9, ?10, ?11 WHERE {condition}"
    );
    statement(&sql, params)
}

/// SQL: whether fewer challenges have the same of a column than a limit says. The parameters from 12 on: an hour ago, a day ago, the end.
fn is_below(column: &str, parameter: usize, limit: Limit) -> String {
    let since = |from: usize| {
        format!(
            "(SELECT count(*) FROM challenges WHERE purpose = ?2 AND {column} = ?{parameter}
                 AND created_at > ?{from} AND created_at <= ?14)"
        )
    };
    format!("{} < {} AND {} < {}", since(12), limit.hour, since(13), limit.day)
}

/// What holds where a challenge was written.
pub fn is_written(id: &str) -> Condition {
    Condition::new("EXISTS (SELECT 1 FROM challenges WHERE id = $1)", params![id])
}

/// Removes a few of the oldest rows of a purpose: those that nobody needs any more, or that are beyond the bound. It can remove more
/// rows than are added, so the table stays bounded.
pub fn make_room(purpose: Purpose, now: Time) -> Statement {
    let sql = format!(
        "DELETE FROM challenges WHERE purpose = ?1
             AND position < (SELECT min(position) FROM challenges WHERE purpose = ?1) + 4
             AND (created_at < ?2 AND expires_at < ?3
                 OR position <= (SELECT max(position) FROM challenges WHERE purpose = ?1 AND position <= {LAST}) - {MOST})"
    );
    statement(&sql, params![purpose.name(), now - KEPT, now])
}

/// Removes the rows of a purpose that nobody needs any more.
#[must_use]
pub fn prune(purpose: Purpose, now: Time, most: u32) -> Statement {
    statement(
        "DELETE FROM challenges WHERE id IN (SELECT id FROM challenges WHERE purpose = ?1 AND created_at < ?2 AND expires_at < ?3
             ORDER BY position LIMIT ?4)",
        params![purpose.name(), now - KEPT, now, most],
    )
}

/// SQL: what holds where the account, or what waits for the address, is still as the challenge `c` has it.
fn is_current(purpose: Purpose) -> String {
    let when = |holds, sql| if holds { sql } else { "" };
    let of_account = format!(
        "EXISTS (SELECT 1 FROM users u WHERE u.id = c.user_id{}{})",
        when(purpose.is_of_address(), " AND u.email = c.email"),
        when(purpose.is_of_credentials(), " AND u.credential_version = c.credential_version")
    );
    if !matches!(purpose, Purpose::Registration | Purpose::Verification) {
        return of_account;
    }
    // An address is proven once. It may be one that a registration waits for.
    format!(
        "({of_account} AND NOT EXISTS (SELECT 1 FROM users p WHERE p.email = c.email AND p.email_verified)
             OR EXISTS (SELECT 1 FROM registrations r WHERE r.id = c.user_id AND r.email = c.email AND NOT r.ended)
                 AND NOT EXISTS (SELECT 1 FROM users p WHERE p.email = c.email))"
    )
}

/// The challenge of a token, in its time.
pub async fn by_token(purpose: Purpose, token_hash: &[u8; 32], now: Time) -> Result<Option<Found>, Failure> {
    find(
        purpose,
        "c.token_hash = ?4",
        params![now, now + purpose.lifetime() + SKEW, purpose.name(), *token_hash],
    )
    .await
}

/// The newest challenge that was mailed to an address, in the time of its code.
pub async fn newest_by_email(purpose: Purpose, email: &Email, now: Time) -> Result<Option<Found>, Failure> {
    let params =
        params![now, now + purpose.lifetime() + SKEW, purpose.name(), email.as_str(), now - CODE, now + SKEW];
    let newest = "c.email = ?4 AND c.created_at > ?5 AND c.created_at <= ?6 AND c.code_mac IS NOT NULL
         AND c.position = (SELECT max(n.position) FROM challenges n WHERE n.purpose = ?3 AND n.email = ?4 AND n.created_at > ?5 AND n.created_at <= ?6)";
    find(purpose, newest, params).await
}

/// Of which of two purposes the newest challenge is that was mailed to an address. One of nobody had no code in its mail.
pub async fn newest_of(purposes: [Purpose; 2], email: &Email, now: Time) -> Result<Option<String>, Failure> {
    let [one, other] = purposes;
    storage::query_one(
        "SELECT purpose FROM challenges c WHERE purpose IN (?1, ?2) AND email = ?3 AND created_at > ?4 AND created_at <= ?5
             AND (EXISTS (SELECT 1 FROM users u WHERE u.id = c.user_id) OR EXISTS (SELECT 1 FROM registrations r WHERE r.id = c.user_id))
             ORDER BY created_at DESC, id DESC LIMIT 1",
        params![one.name(), other.name(), email.as_str(), now - CODE, now + SKEW],
        |row| row.take(),
    )
    .await
}

/// The newest challenge of a user, in the time of its code.
pub async fn newest_by_user(purpose: Purpose, user: UserId, now: Time) -> Result<Option<Found>, Failure> {
    let params = params![now, now + purpose.lifetime() + SKEW, purpose.name(), user, now - CODE, now + SKEW];
    let newest = "c.user_id = ?4 AND c.created_at > ?5 AND c.created_at <= ?6 AND c.code_mac IS NOT NULL
         AND c.position = (SELECT max(n.position) FROM challenges n WHERE n.purpose = ?3 AND n.user_id = ?4 AND n.created_at > ?5 AND n.created_at <= ?6)";
    find(purpose, newest, params).await
}

/// The newest challenge that a browser has asked for, in the time of its code.
pub async fn newest_by_browser(
    purpose: Purpose,
    browser: [[u8; 32]; 8],
    now: Time,
) -> Result<Option<Found>, Failure> {
    let mut params = params![now, now + purpose.lifetime() + SKEW, purpose.name(), now - CODE, now + SKEW];
    params.extend(browser.map(Value::from));
    let newest = "c.browser_hash IN (?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) AND c.created_at > ?4 AND c.created_at <= ?5 AND c.code_mac IS NOT NULL
         AND c.position = (SELECT max(n.position) FROM challenges n
             WHERE n.purpose = ?3 AND n.browser_hash IN (?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) AND n.created_at > ?4 AND n.created_at <= ?5)";
    find(purpose, newest, params).await
}

/// Reads a row where the condition holds, and whose time is not over: from the first parameter to the second. The third is the purpose.
async fn find(purpose: Purpose, condition: &str, params: Vec<Value>) -> Result<Option<Found>, Failure> {
    let sql = format!(
        "SELECT c.id, c.user_id, c.email, c.detail, c.browser_hash, c.code_mac, c.spent_at IS NOT NULL, c.spent_by, {},
             EXISTS (SELECT 1 FROM users a WHERE a.id = c.user_id)
         FROM challenges c WHERE {condition} AND c.purpose = ?3 AND c.expires_at > ?1 AND c.expires_at <= ?2",
        is_current(purpose)
    );
    storage::query_one(&sql, params, found).await
}

fn found(row: &mut Columns) -> Result<Found, Failure> {
    Ok(Found {
        id: row.take()?,
        user: row.take()?,
        email: Email::from_row(row.take()?),
        detail: row.take()?,
        browser_hash: row.take()?,
        code_mac: row.take::<Option<Vec<u8>>>()?.unwrap_or_default(),
        is_spent: row.take()?,
        spent_by: row.take()?,
        is_current: row.take()?,
        is_of_account: row.take()?,
    })
}

/// Takes one of the attempts that a code has, and that all codes of a purpose have that were mailed to its address within a day.
pub fn take_attempt(id: &str, now: Time) -> Statement {
    let sql = format!(
        "UPDATE challenges AS c SET code_failures = code_failures + 1 WHERE id = ?1 AND code_failures >= 0 AND code_failures < {ATTEMPTS}
             AND (SELECT coalesce(sum(CASE WHEN o.code_failures BETWEEN 0 AND {ATTEMPTS} THEN o.code_failures ELSE {ATTEMPTS} END), 0) FROM challenges o
                 WHERE o.purpose = c.purpose AND o.email = c.email AND o.created_at > ?2 AND o.created_at <= ?3) < {ATTEMPTS_OF_ADDRESS}"
    );
    statement(&sql, params![id, now - Span::days(1), now + SKEW])
}

/// Gives an attempt back: it was right.
pub fn give_attempt_back(id: &str) -> Statement {
    statement(
        "UPDATE challenges SET code_failures = code_failures - 1 WHERE id = ?1 AND code_failures > 0",
        params![id],
    )
}

/// Spends a challenge that is still good.
pub fn spend(id: &str, purpose: Purpose, by: Option<[u8; 32]>, now: Time) -> Statement {
    let sql = format!(
        "UPDATE challenges AS c SET spent_at = ?3, spent_by = ?4 WHERE id = ?1 AND purpose = ?2
             AND spent_at IS NULL AND expires_at > ?3 AND expires_at <= ?5 AND {}",
        is_current(purpose)
    );
    expecting_one(&sql, params![id, purpose.name(), now, by, now + purpose.lifetime() + SKEW])
}

/// The hash of the browser that has spent a challenge; none while nobody has, or if that was no browser.
pub async fn spent_by(id: &str) -> Result<Option<Vec<u8>>, Failure> {
    let sql = "SELECT spent_by FROM challenges WHERE id = ?1 AND spent_at IS NOT NULL";
    let found = storage::query_one(sql, params![id], |row| row.take::<Option<Vec<u8>>>());
    Ok(found.await?.flatten())
}

/// Ends what a user has asked for with another address than this.
pub fn end_changes_to_others(user: UserId, email: &Email, now: Time) -> Statement {
    statement(
        "UPDATE challenges SET expires_at = ?2 WHERE user_id = ?1 AND purpose = ?3 AND email <> ?4 AND spent_at IS NULL AND expires_at > ?2",
        params![user, now, Purpose::EmailChange.name(), email.as_str()],
    )
}

/// Ends every challenge of a user that is not spent, but for the ways back to addresses that the user had before that of this one: whoever
/// had the account first has the last word.
pub fn end_since(id: &str, user: UserId, now: Time) -> Statement {
    statement(
        "UPDATE challenges SET expires_at = ?2 WHERE user_id = ?1 AND spent_at IS NULL AND expires_at > ?2
             AND (purpose <> ?3 OR position > (SELECT position FROM challenges WHERE id = ?4))",
        params![user, now, Purpose::EmailUndo.name(), id],
    )
}

/// What holds while a user may take a change of address back at this address.
#[must_use]
pub fn leads_back(user: UserId, email: &Email, now: Time) -> Condition {
    way_back(email, "=", Some(user), now)
}

/// Ends the way back to an address that the user has again, and those that came after it.
#[must_use]
pub fn end_ways_back_since(user: UserId, email: &Email, now: Time) -> Statement {
    statement(
        "UPDATE challenges SET expires_at = ?2 WHERE user_id = ?1 AND purpose = ?3 AND spent_at IS NULL AND expires_at > ?2
             AND position >= (SELECT min(position) FROM challenges
                 WHERE purpose = ?3 AND email = ?4 AND user_id = ?1 AND spent_at IS NULL AND expires_at > ?2 AND expires_at <= ?5)",
        params![
            user,
            now,
            Purpose::EmailUndo.name(),
            email.as_str(),
            now + Purpose::EmailUndo.lifetime() + SKEW
        ],
    )
}

/// Ends every way back to an address that a user had.
#[must_use]
pub fn end_ways_back(user: UserId, now: Time) -> Statement {
    statement(
        "UPDATE challenges SET expires_at = ?2 WHERE user_id = ?1 AND purpose = ?3 AND spent_at IS NULL AND expires_at > ?2",
        params![user, now, Purpose::EmailUndo.name()],
    )
}

/// Ends every challenge of a user who is deleted. The rows stay for a day, as those of nobody: if they went at once, whoever deletes their
/// account would begin anew with the limits of every address that they had mailed.
#[must_use]
pub fn forget_user(user: UserId, now: Time) -> Statement {
    statement(
        "UPDATE challenges SET expires_at = CASE WHEN expires_at > ?2 THEN ?2 ELSE expires_at END, detail = NULL WHERE user_id = ?1",
        params![user, now],
    )
}

/// What holds while an address is kept for the user who had it: they may still take the change back.
#[must_use]
pub fn is_reserved(email: &Email, for_another_than: Option<UserId>, now: Time) -> Condition {
    way_back(email, "IS DISTINCT FROM", for_another_than, now)
}

/// What holds while there is a way back to an address, of a user who compares so.
fn way_back(email: &Email, compares: &str, user: Option<UserId>, now: Time) -> Condition {
    let sql = format!(
        "EXISTS (SELECT 1 FROM challenges WHERE purpose = $1 AND email = $2 AND user_id {compares} $3
             AND spent_at IS NULL AND expires_at > $4 AND expires_at <= $5)"
    );
    let (purpose, latest) = (Purpose::EmailUndo, now + Purpose::EmailUndo.lifetime() + SKEW);
    Condition::new(sql, params![purpose.name(), email.as_str(), user, now, latest])
}
