//! The salt of the passwords of an address, where nothing is stored that has one.

use crate::{
    bindings::mana::auth::passwords::Parameters,
    context::Context,
    email::Email,
    secrets::{Purpose, mac},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// The form of an Argon2id hash, for another to be made beside: with the salt that the address has under the configured secret. Were it drawn, several
/// registrations at one moment would have several, and a sign-in would cost as many hashes.
pub fn stand_in(ctx: &Context, email: &Email) -> String {
    let Parameters { memory_kib, iterations, parallelism } = ctx.settings.password_parameters;
    let mac = mac::mac(&ctx.settings.keyring, Purpose::RegistrationSalt, &[email.as_str().as_bytes()]);
    let salt = mac.last_chunk::<16>().copied().unwrap_or_default();
    let (salt, none) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode([0; 32]));
    format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}${salt}${none}")
}
