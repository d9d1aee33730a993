//! `/account/sessions`

use super::{
    form::Form,
    kept::{Done, Kept},
    signed::Signed,
};
use crate::{
    error::LookupError,
    http::kit::problem::Problem,
    ids::SessionId,
    sessions::{self, Session as Row},
};
use axum::response::Response;
use mana_auth_pages::{Ended, Moment, Session, Sessions};

const PATH: &str = "/account/sessions";

/// Where somebody is signed in.
pub async fn show(signed: Signed) -> Result<Response, Problem> {
    let rows = sessions::list(&signed.visit.call, signed.caller.user.id).await?;
    let here = signed.caller.session.id;
    let is_child = |row: &Row| rows.iter().any(|other| Some(other.id) == row.parent_id);
    let others = rows.iter().filter(|row| row.id != here && !is_child(row));
    let kept = &signed.visit.kept;
    let ended = match kept.done {
        Some(Done::SessionEnded) => Some(Ended::One(kept.name.as_deref().unwrap_or_default())),
        Some(Done::OthersEnded) => Some(Ended::Others),
        _ => None,
    };
    let page = Sessions {
        email: signed.email(),
        now: Moment(signed.visit.call.now.0),
        here: with_children(&signed.caller.session, &rows),
        others: others.map(|row| with_children(row, &rows)).collect(),
        ended,
    };
    Ok(signed.show_once(&page))
}

/// Ends one, or all others.
pub async fn end(signed: Signed, sent: Form) -> Result<Response, Problem> {
    let signed = signed.with(&sent)?;
    let call = &signed.visit.call;
    let done = |done, name| Kept { done: Some(done), name, ..Kept::default() };
    if sent.field("end") == "others" {
        sessions::revoke_others(call, &signed.caller).await?;
        return Ok(signed.done(PATH, done(Done::OthersEnded, None))?);
    }
    let rows = sessions::list(call, signed.caller.user.id).await?;
    let named = SessionId::parse(sent.field("end"));
    let Some(row) = rows.iter().find(|row| Some(row.id) == named) else {
        // It has ended meanwhile.
        return Ok(signed.done(PATH, Kept::default())?);
    };
    match sessions::revoke_own(call, &signed.caller, row.id).await {
        Ok(()) | Err(LookupError::NotFound) => {}
        Err(LookupError::Failed(failure)) => return Err(failure.into()),
    }
    let name = row.origin.clone().or_else(|| row.device.name.clone()).unwrap_or_else(|| "…".into());
    Ok(signed.done(PATH, done(Done::SessionEnded, Some(name)))?)
}

fn with_children<'a>(row: &'a Row, all: &'a [Row]) -> Session<'a> {
    let children = all.iter().filter(|other| other.parent_id == Some(row.id));
    Session { children: children.map(session).collect(), ..session(row) }
}

fn session(row: &Row) -> Session<'_> {
    Session {
        id: row.id.to_string(),
        device: row.device.name.as_deref(),
        user_agent: row.user_agent.as_deref().unwrap_or_default(),
        address: row.ip_address.as_deref(),
        active_at: Moment(row.last_activity_at.0),
        created_at: Moment(row.created_at.0),
        expires_at: Moment(row.expires_at.0),
        is_remembered: row.remember_me,
        origin: row.origin.as_deref(),
        children: Vec::new(),
    }
}
