//! What several interfaces speak of, between their records and the types of the domains.

use crate::{
    accounts,
    bindings::exports::mana::auth::types::{Client, Role, SignedIn, User},
    context,
    error::{FieldProblem, LookupError},
    ids::{SessionId, UserId},
    sessions::{self, AuthenticateError},
    time::{Span, Time},
};

/// The client of a call, as whoever makes it says.
pub fn client(client: &Client) -> Result<context::Client, FieldProblem> {
    let address = match client.ip_address.as_str() {
        "" => None,
        text => {
            let problem = || FieldProblem::new("ipAddress", "must be an IP address");
            Some(context::address(text).ok_or_else(problem)?)
        }
    };
    let user_agent = Some(client.user_agent.as_str()).filter(|text| !text.is_empty());
    Ok(context::Client::new(address, user_agent))
}

/// The id of a session that must be alive.
pub fn session_id(text: &str) -> Result<SessionId, AuthenticateError> {
    SessionId::parse(text).ok_or(AuthenticateError::Unauthenticated)
}

/// The id of a session that is looked for.
pub fn existing_session_id(text: &str) -> Result<SessionId, LookupError> {
    SessionId::parse(text).ok_or(LookupError::NotFound)
}

/// The id of a user that is looked for.
pub fn user_id(text: &str) -> Result<UserId, LookupError> {
    UserId::parse(text).ok_or(LookupError::NotFound)
}

/// The role, as the domain has it.
pub const fn role(role: Role) -> accounts::Role {
    match role {
        Role::User => accounts::Role::User,
        Role::Admin => accounts::Role::Admin,
        Role::Service => accounts::Role::Service,
    }
}

/// An account at this moment.
pub fn user(user: accounts::User, now: Time) -> User {
    User {
        id: user.id.to_string(),
        email: user.email.as_str().to_owned(),
        name: user.name,
        image: user.image,
        role: match user.role {
            accounts::Role::User => Role::User,
            accounts::Role::Admin => Role::Admin,
            accounts::Role::Service => Role::Service,
        },
        email_verified: user.email_verified,
        banned: user.ban.holds(now),
        created_at: user.created_at.as_millis(),
        updated_at: user.updated_at.as_millis(),
        language: user.language.map(|language| language.tag().to_owned()),
        app_metadata: user.app_metadata.into(),
    }
}

/// What a client gets that has signed in.
pub fn signed_in(signed_in: sessions::SignedIn, now: Time) -> SignedIn {
    SignedIn {
        user: user(signed_in.user, now),
        session: signed_in.session.into(),
        access_token: signed_in.access_token.text,
        expires_in: seconds(signed_in.access_token.expires_in),
        refresh_token: signed_in.refresh_token.expose(),
        cookie: signed_in.cookie.map(|cookie| cookie.expose()),
        device_token: signed_in.device_cookie.map(|cookie| cookie.expose()),
    }
}

/// Whole seconds, of which there are never fewer than none.
pub fn seconds(span: Span) -> u64 {
    u64::try_from(span.as_seconds()).unwrap_or_default()
}
