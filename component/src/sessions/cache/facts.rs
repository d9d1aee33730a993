//! What a cookie keeps: a user and a session, as they were read. Its form is nobody's but ours, and short.

use crate::{
    accounts::{AppMetadata, Ban, Role, User},
    email::Email,
    ids::{SessionId, UserId},
    sessions::{Device, Methods, Session},
    time::Time,
};
use serde::{Deserialize, Serialize};

/// A user who may come in. Times are milliseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
pub struct UserFacts {
    #[serde(rename = "i")]
    id: String,
    #[serde(rename = "m")]
    email: String,
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "p")]
    image: Option<String>,
    #[serde(rename = "r")]
    role: String,
    #[serde(rename = "v")]
    email_verified: bool,
    #[serde(rename = "c")]
    created_at: i64,
    #[serde(rename = "u")]
    updated_at: i64,
}

/// A session. Times are milliseconds since the Unix epoch.
#[derive(Serialize, Deserialize)]
pub struct SessionFacts {
    #[serde(rename = "i")]
    id: String,
    #[serde(rename = "r")]
    remember_me: bool,
    #[serde(rename = "d")]
    device_id: Option<String>,
    #[serde(rename = "n")]
    device_name: Option<String>,
    #[serde(rename = "a")]
    ip_address: Option<String>,
    #[serde(rename = "u")]
    user_agent: Option<String>,
    #[serde(rename = "l")]
    last_activity_at: i64,
    #[serde(rename = "c")]
    created_at: i64,
    #[serde(rename = "e")]
    expires_at: i64,
    #[serde(rename = "x")]
    absolute_expires_at: i64,
    #[serde(rename = "b")]
    not_before: i64,
    #[serde(rename = "t")]
    auth_time: i64,
    #[serde(rename = "m")]
    amr: String,
    #[serde(rename = "p")]
    parent_id: Option<String>,
    #[serde(rename = "o")]
    origin: Option<String>,
}

impl From<&User> for UserFacts {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_str().to_owned(),
            name: user.name.clone(),
            image: user.image.clone(),
            role: user.role.name().to_owned(),
            email_verified: user.email_verified,
            created_at: user.created_at.0,
            updated_at: user.updated_at.0,
        }
    }
}

impl UserFacts {
    /// The user; none where it can't have been one.
    pub fn user(self) -> Option<User> {
        Some(User {
            id: UserId::parse(&self.id)?,
            email: Email::parse(&self.email).ok()?,
            name: self.name,
            image: self.image,
            role: Role::from_name(&self.role)?,
            email_verified: self.email_verified,
            created_at: Time(self.created_at),
            updated_at: Time(self.updated_at),
            ban: Ban::None,
            // A cookie answers what shows none of it, and has no room for it.
            language: None,
            app_metadata: AppMetadata::default(),
        })
    }
}

impl From<&Session> for SessionFacts {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.to_string(),
            remember_me: session.remember_me,
            device_id: session.device.id.clone(),
            device_name: session.device.name.clone(),
            ip_address: session.ip_address.clone(),
            user_agent: session.user_agent.clone(),
            last_activity_at: session.last_activity_at.0,
            created_at: session.created_at.0,
            expires_at: session.expires_at.0,
            absolute_expires_at: session.absolute_expires_at.0,
            not_before: session.not_before.0,
            auth_time: session.auth_time.0,
            amr: session.amr.as_str().to_owned(),
            parent_id: session.parent_id.map(|id| id.to_string()),
            origin: session.origin.clone(),
        }
    }
}

impl SessionFacts {
    /// The session of this user; none where it can't have been one.
    pub fn of(self, user: &User) -> Option<Session> {
        let parent_id = self.parent_id.map(|id| SessionId::parse(&id).ok_or(())).transpose().ok()?;
        Some(Session {
            id: SessionId::parse(&self.id)?,
            user_id: user.id,
            remember_me: self.remember_me,
            device: Device { id: self.device_id, name: self.device_name },
            ip_address: self.ip_address,
            user_agent: self.user_agent,
            last_activity_at: Time(self.last_activity_at),
            created_at: Time(self.created_at),
            expires_at: Time(self.expires_at),
            absolute_expires_at: Time(self.absolute_expires_at),
            not_before: Time(self.not_before),
            auth_time: Time(self.auth_time),
            amr: Methods::from_row(self.amr),
            parent_id,
            origin: self.origin,
        })
    }
}
