//! The only SQL of the audit trail.

use super::{
    Event, Recorded,
    event::{Cap, Total},
    mac::mac,
};
use crate::{
    context::Context,
    error::Error,
    params, platform,
    storage::{self, Statement, statement},
    time::Time,
};
use mana_auth_audit::{Details, Hash, Leaf};
use serde_json::Value as Json;
use uuid::Uuid;

/// Writes an event, where its condition holds: one statement, after another that counts it where there are too many of
/// its kind.
#[must_use]
pub fn insert(event: &Event, ctx: &Context) -> Vec<Statement> {
    let cap = event.kind.cap().filter(|_| !event.stands_for_many);
    let (address, user_agent) = if event.minimal {
        (None, None)
    } else {
        (ctx.client.address.clone(), ctx.client.user_agent.clone())
    };
    let written = Written::new(
        ctx,
        event.user,
        event.kind.name(),
        None,
        (address.as_deref(), user_agent.as_deref(), Json::Object(event.metadata.clone()).to_string()),
    );
    let below_cap = cap.map_or_else(|| "1 = 1".to_owned(), below_cap);
    let since = platform::first_id(ctx.now - super::WINDOW);
    let mut params = params![
        since,
        event.user,
        event.kind.name(),
        written.id,
        address,
        user_agent,
        written.metadata,
        ctx.now,
        written.salt,
        written.digest,
        written.mac,
    ];
    let condition = condition(event, &mut params);
    let insert = statement(
        &format!(
            "INSERT INTO security_events (id, user_id, event_type, ip_address, user_agent, metadata, created_at, salt, details_digest, mac)
             SELECT ?4, ?2, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE ?1 = ?1 AND {condition} AND {below_cap}"
        ),
        params,
    );
    let counted = cap.map(|_| {
        let params = params![since, event.user, event.kind.name()];
        count(event, &format!("NOT ({below_cap})"), "coalesced", params, ctx.now)
    });
    counted.into_iter().chain([insert]).collect()
}

/// What is added to an event when it is written.
struct Written {
    id: Uuid,
    metadata: String,
    salt: [u8; 32],
    digest: Hash,
    mac: Vec<u8>,
}

impl Written {
    fn new(
        ctx: &Context,
        user: Option<Uuid>,
        event_type: &str,
        source: Option<&str>,
        (ip_address, user_agent, metadata): (Option<&str>, Option<&str>, String),
    ) -> Self {
        let (id, salt) = (platform::new_id(ctx.now), platform::random());
        let digest = Details { ip_address, user_agent, metadata: Some(&metadata) }.digest(&salt);
        let (id_text, user) = (id.to_string(), user.map(|user| user.to_string()));
        let leaf = Leaf {
            index: 0,
            id: &id_text,
            user_id: user.as_deref(),
            event_type,
            source,
            created_at: ctx.now.0,
            details: &digest,
        };
        Self { id, mac: mac(&ctx.settings.keyring, &leaf), metadata, salt, digest }
    }
}

/// What must hold for an event to have happened, over parameters that are added.
fn condition(event: &Event, params: &mut Vec<storage::Value>) -> String {
    let Some((condition, values)) = &event.condition else { return "1 = 1".to_owned() };
    let mut condition = (*condition).to_owned();
    for (index, value) in values.iter().enumerate() {
        params.push(value.clone());
        condition = condition.replace(&format!("${}", index + 1), &format!("?{}", params.len()));
    }
    condition
}

/// Writes an event of another component's; returns its id too.
#[must_use]
pub fn insert_recorded(event: &Recorded, ctx: &Context) -> (Uuid, Statement) {
    let (ip_address, user_agent) = (event.ip_address.as_deref(), event.user_agent.as_deref());
    let source = Some(event.source.as_str());
    let details = (ip_address, user_agent, event.metadata.clone());
    let written = Written::new(ctx, event.user, &event.event_type, source, details);
    let insert = statement(
        "INSERT INTO security_events (id, user_id, event_type, source, ip_address, user_agent, metadata, created_at, salt, details_digest, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            written.id,
            event.user,
            event.event_type.as_str(),
            event.source.as_str(),
            event.ip_address.clone(),
            event.user_agent.clone(),
            written.metadata,
            ctx.now,
            written.salt,
            written.digest,
            written.mac,
        ],
    );
    (written.id, insert)
}

/// Whether there are fewer events than the cap since the id `?1`, of the user `?2` and of the kind `?3`. Reads as many
/// entries of an index as the cap says, at most.
fn below_cap(cap: Cap) -> String {
    let below = |condition: &str, most: u32| {
        format!(
            "NOT EXISTS (SELECT 1 FROM security_events WHERE {condition} AND id > ?1 LIMIT 1 OFFSET {})",
            most.saturating_sub(1)
        )
    };
    let per_user = below("user_id = ?2 AND event_type = ?3", cap.per_user);
    match cap.in_all {
        Total::Unbounded => per_user,
        Total::Events(most) => format!("{per_user} AND {}", below("event_type = ?3", most)),
        Total::AboutNobody(most) => {
            format!(
                "{per_user} AND (?2 IS NOT NULL OR {})",
                below("user_id IS NULL AND event_type = ?3", most)
            )
        }
    }
}

/// Counts an event that could not be written, where its condition holds.
#[must_use]
pub fn count_lost(event: &Event, ctx: &Context) -> Statement {
    count(event, "?1 = ?1 AND ?2 IS NULL", "lost", params!["", None::<Uuid>, event.kind.name()], ctx.now)
}

/// Counts an event of the kind `?3` where its condition holds, and another over `?1` to `?3`.
fn count(event: &Event, and: &str, why: &str, mut params: Vec<storage::Value>, now: Time) -> Statement {
    params.extend(params![why, now]);
    let condition = condition(event, &mut params);
    let sql = format!(
        "INSERT INTO counted_events (event_type, why, count, since, until) SELECT ?3, ?4, 1, ?5, ?5 WHERE {condition} AND {and}
         ON CONFLICT (event_type, why) DO UPDATE SET count = counted_events.count + 1, until = excluded.until"
    );
    statement(&sql, params)
}

/// Events that were counted instead of written.
pub struct Counted {
    /// Their kind.
    pub kind: String,
    /// Whether because they could not be written, rather than because there were too many.
    pub lost: bool,
    /// How many.
    pub count: i64,
    /// The first.
    pub since: Time,
    /// The last.
    pub until: Time,
}

/// What was counted and has not been reported.
///
/// # Errors
///
/// Where storage fails.
pub async fn counted() -> Result<Vec<Counted>, Error> {
    storage::query(
        "SELECT event_type, why = 'lost', count, since, until FROM counted_events ORDER BY event_type, why",
        vec![],
        |row| {
            Ok(Counted {
                kind: row.take()?,
                lost: row.take()?,
                count: row.take()?,
                since: row.take()?,
                until: row.take()?,
            })
        },
    )
    .await
}

/// Takes what was reported off the count. More may have come meanwhile.
#[must_use]
pub fn reported(counted: &Counted) -> [Statement; 2] {
    let why = if counted.lost { "lost" } else { "coalesced" };
    [
        storage::expecting_one(
            "UPDATE counted_events SET count = count - ?3, since = ?4 WHERE event_type = ?1 AND why = ?2 AND count >= ?3",
            params![counted.kind.as_str(), why, counted.count, counted.until],
        ),
        statement("DELETE FROM counted_events WHERE count = 0", vec![]),
    ]
}
