//! The place of an attempt.

use crate::{context::Context, platform, time::Time};

/// What tells one attempt from others in whatever it is counted by.
pub struct Reservation {
    pub at: Time,
    pub nonce: [u8; 16],
}

impl Reservation {
    pub fn new(ctx: &Context) -> Self {
        Self { at: ctx.now, nonce: platform::random() }
    }
}
