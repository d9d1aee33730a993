//! Accounts and sessions as they are printed.

use super::super::table::{table, time};
use mana_auth::bindings::exports::mana::auth::{
    accounts::{Role, User},
    sessions_read::Session,
};
use serde_json::{Value, json};

/// Accounts as a table.
pub fn users(users: &[User]) -> String {
    let rows: Vec<_> = users.iter().map(user_row).collect();
    table(["ID", "ADDRESS", "NAME", "ROLE", "STATE", "CREATED"], &rows)
}

fn user_row(user: &User) -> [String; 6] {
    let state = match (user.banned, user.email_verified) {
        (true, _) => "banned",
        (false, true) => "verified",
        (false, false) => "unverified",
    };
    [
        user.id.clone(),
        user.email.clone(),
        user.name.clone(),
        role_word(user.role).into(),
        state.into(),
        time(user.created_at),
    ]
}

/// Sessions as a table.
pub fn sessions(sessions: &[Session]) -> String {
    let rows: Vec<_> = sessions.iter().map(session_row).collect();
    table(["ID", "DEVICE", "ADDRESS", "LAST ACTIVITY", "EXPIRES"], &rows)
}

fn session_row(session: &Session) -> [String; 5] {
    let device = session.device_name.as_ref().or(session.user_agent.as_ref());
    [
        session.id.clone(),
        device.cloned().unwrap_or_default(),
        session.ip_address.clone().unwrap_or_default(),
        time(session.last_activity_at),
        time(session.expires_at),
    ]
}

/// An account as JSON.
pub fn user_json(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "image": user.image,
        "role": role_word(user.role),
        "emailVerified": user.email_verified,
        "banned": user.banned,
        "createdAt": time(user.created_at),
        "updatedAt": time(user.updated_at),
        "appMetadata": serde_json::from_str(&user.app_metadata).unwrap_or(Value::Null),
    })
}

/// A session as JSON.
pub fn session_json(session: &Session) -> Value {
    json!({
        "id": session.id,
        "userId": session.user_id,
        "parentId": session.parent_id,
        "origin": session.origin,
        "deviceId": session.device_id,
        "deviceName": session.device_name,
        "ipAddress": session.ip_address,
        "userAgent": session.user_agent,
        "rememberMe": session.remember_me,
        "createdAt": time(session.created_at),
        "lastActivityAt": time(session.last_activity_at),
        "expiresAt": time(session.expires_at),
    })
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Admin => "admin",
        Role::Service => "service",
    }
}
