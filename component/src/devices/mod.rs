//! Devices that someone has signed in on: recognised by what the client says of them, trusted by a cookie (OWASP, "Slow Down
//! Online Guessing Attacks with Device Cookies").
//!
//! The cookie is made when a sign-in is complete, names user, device and a nonce, and carries a MAC over the three. It is good for
//! that account alone, and only until the next sign-in on the device, which makes another nonce.

mod cookie;
mod rows;

pub use cookie::DeviceCookie;

use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    params, platform,
    storage::Change,
};
use uuid::Uuid;

/// How many devices of a user are remembered; the one that was not seen for longest gives way.
const MOST: u32 = 20;

/// What is known of the device that a sign-in comes from.
pub struct Recognised {
    /// The device, where it was seen before.
    id: Option<Uuid>,
    trusted: bool,
}

impl Recognised {
    /// The device, where its cookie says so: it may count its failures by itself.
    #[must_use]
    pub fn trusted(&self) -> Option<Uuid> {
        self.id.filter(|_| self.trusted)
    }
}

/// Looks whether a device was seen before: by its cookie, or by the id that the client gives it, which anyone can claim. Asks
/// the database as often where there is no such account.
///
/// # Errors
///
/// Where storage fails.
pub async fn recognise(
    ctx: &Context,
    user: Option<Uuid>,
    cookie: Option<&DeviceCookie>,
    client_id: Option<&str>,
) -> Result<Recognised, Error> {
    let owner = user.unwrap_or_default();
    if let Some(cookie) = cookie.filter(|cookie| cookie.is_ours(&ctx.settings.keyring)) {
        let found = rows::by_cookie(cookie.device, owner, &cookie.nonce_hash()).await?;
        if found && cookie.user == owner {
            return Ok(Recognised { id: Some(cookie.device), trusted: true });
        }
    }
    let id = match client_id {
        Some(client_id) => rows::by_client_id(owner, client_id).await?,
        None => None,
    };
    Ok(Recognised { id, trusted: false })
}

/// Remembers the device of a complete sign-in, and makes its next cookie. Adds to the change of the sign-in.
#[must_use]
pub fn remember(
    ctx: &Context,
    mut change: Change,
    user: Uuid,
    recognised: &Recognised,
    client_id: Option<&str>,
    name: Option<&str>,
) -> (Change, DeviceCookie) {
    let device = recognised.id.unwrap_or_else(|| platform::new_id(ctx.now));
    let cookie = DeviceCookie::new(&ctx.settings.keyring, user, device);
    if recognised.id.is_none() {
        let event = Event::about(Kind::DeviceNew, user).with("deviceId", client_id).with("deviceName", name);
        // Others may come from it at the same time.
        change = change.record(event.only_if(rows::IS_NEW, params![user, client_id]));
    }
    let remember = match client_id {
        Some(client_id) if !recognised.trusted => {
            rows::remember_as(client_id, device, user, &cookie.nonce_hash(), ctx.now)
        }
        _ => rows::remember(device, user, &cookie.nonce_hash(), ctx.now),
    };
    (change.and(remember).and(rows::displace(user, MOST)), cookie)
}
