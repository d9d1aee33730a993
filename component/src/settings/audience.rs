//! Whom access tokens are for.

use super::PublicUrl;
use mana_auth_tokens::Audience;

/// The most bytes of several names in one token.
const LONGEST: usize = 512;

/// `aud` of new access tokens: the first of the names, or all of them. Without any, the service itself.
pub fn written(names: &[String], all: bool, url: &PublicUrl) -> Result<Audience, &'static str> {
    let written = if all { names } else { names.get(..1).unwrap_or_default() };
    if written.iter().map(String::len).sum::<usize>() > LONGEST {
        return Err("needs an audience of at most 512 bytes in all: tokens contain it");
    }
    Ok(Audience::of(written).unwrap_or_else(|| url.as_str().into()))
}
