//! What is asked for.

use super::purpose::Purpose;
use crate::{email::Email, ids::UserId, secrets::ChallengeCookie};

/// What a challenge is to prove.
pub struct Request<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose account it is; none: nobody's.
    pub user: Option<UserId>,
    /// The address that it is mailed to.
    pub email: &'a Email,
    /// Whether the browser has signed in to the account before.
    pub is_known_device: bool,
    /// What else it is to be remembered with.
    pub detail: Option<&'a str>,
    /// The browser that asks, where that is to count.
    pub browser: Option<&'a ChallengeCookie>,
}
