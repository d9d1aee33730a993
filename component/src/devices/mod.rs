//! Devices that someone has signed in on: recognised by what the client says of them, trusted by a cookie (OWASP, "Slow Down
//! Online Guessing Attacks with Device Cookies").
//!
//! The cookie is made when a sign-in is complete, names user, device and a nonce, and carries a MAC over the three. It is good for
//! that account alone, and only until the next sign-in on the device, which makes another nonce: the one before counts until that is
//! used, since the answer that brings it may be lost.

mod cookie;
mod rows;
pub mod user_agent;

pub use cookie::DeviceCookie;

use crate::{
    commit::Change,
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    ids::UserId,
    platform,
    storage::Condition,
};
use uuid::Uuid;

/// How many devices of a user are remembered; the one that was not seen for longest gives way.
const MOST: u32 = 20;

/// How many device cookies of ours are looked up; a browser sends several where the domain has changed.
const LOOKED_UP: usize = 4;

/// A device that someone has signed in on, as its cookie says: it may count its failures by itself.
#[derive(Clone, Copy)]
pub struct Trusted {
    /// Whose device it is.
    pub user: UserId,
    /// Which one.
    pub device: Uuid,
}

/// What is known of the device of somebody who has just proven who they are.
pub struct Recognised {
    /// The device, where it was seen before.
    id: Option<Uuid>,
    /// The same, where its cookie says so.
    pub trusted: Option<Trusted>,
}

/// Looks whether the device is one that the owner of this address has signed in on. Only by what the cookies name: whoever shows those
/// of another account, or none, is not told by the time whether somebody has the address.
///
/// # Errors
///
/// Where storage fails.
pub async fn trusted(
    ctx: &Context,
    cookies: &[DeviceCookie],
    email: Option<&Email>,
) -> Result<Option<Trusted>, Failure> {
    let ours = cookies.iter().filter(|cookie| cookie.is_ours(&ctx.settings.keyring));
    for cookie in ours.take(LOOKED_UP) {
        let owner = rows::owner_by_cookie(cookie.device, cookie.user, &cookie.nonce_hash()).await?;
        if owner.is_some() && owner.as_deref() == email.map(Email::as_str) {
            return Ok(Some(Trusted { user: cookie.user, device: cookie.device }));
        }
    }
    Ok(None)
}

/// Looks whether a device was seen before: by its cookie, or by the id that the client gives it, which anyone can claim.
///
/// # Errors
///
/// Where storage fails.
pub async fn recognise(
    user: UserId,
    trusted: Option<Trusted>,
    client_id: Option<&str>,
) -> Result<Recognised, Failure> {
    if let Some(trusted) = trusted.filter(|trusted| trusted.user == user) {
        return Ok(Recognised { id: Some(trusted.device), trusted: Some(trusted) });
    }
    let id = match client_id {
        Some(client_id) => rows::by_client_id(user, client_id).await?,
        None => None,
    };
    Ok(Recognised { id, trusted: None })
}

/// What holds where a device was not seen before, and others were: it is to be told. A first sign-in is no news.
#[must_use]
pub fn is_news(user: UserId, recognised: &Recognised, client_id: Option<&str>) -> Option<Condition> {
    recognised.id.is_none().then(|| rows::is_new(user, client_id).and(rows::has_any(user)))
}

/// Forgets every device of a user. Adds to the change of what is the reason for it.
pub fn forget_all(change: &mut Change, user: UserId) {
    change.add(rows::forget_all(user));
}

/// Remembers the device of a complete sign-in, and makes its next cookie. Adds to the change of the sign-in.
pub fn remember(
    ctx: &Context,
    change: &mut Change,
    user: UserId,
    recognised: &Recognised,
    client_id: Option<&str>,
    name: Option<&str>,
) -> DeviceCookie {
    let device = recognised.id.unwrap_or_else(|| platform::new_id(ctx.now));
    let cookie = DeviceCookie::new(&ctx.settings.keyring, user, device);
    if recognised.id.is_none() {
        let event =
            Event::about(EventType::DeviceNew, user).with("deviceId", client_id).with("deviceName", name);
        // Others may come from it at the same time.
        change.record(event.only_if(rows::is_new(user, client_id)));
    }
    let remember = match client_id {
        Some(client_id) if recognised.trusted.is_none() => {
            rows::remember_as(client_id, device, user, &cookie.nonce_hash(), ctx.now)
        }
        _ => rows::remember(device, user, &cookie.nonce_hash(), ctx.now),
    };
    change.add(remember);
    change.add(rows::displace(user, MOST));
    cookie
}
