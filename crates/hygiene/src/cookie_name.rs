//! The names of the service's cookies, without the prefixes of RFC 6265bis. What stands before the service must know them, too.

/// Every name begins so.
pub const PREFIX: &str = "mana_";
/// The session cookie.
pub const SESSION: &str = "mana_session";
/// The session cache.
pub const CACHE: &str = "mana_cache";
/// The device cookie.
pub const DEVICE: &str = "mana_device";
/// The challenge cookie: which browser asked for what was mailed.
pub const CHALLENGE: &str = "mana_challenge";
/// What a page has to say after a redirect.
pub const KEPT: &str = "mana_kept";
/// The language that somebody has chosen on a page.
pub const LANGUAGE: &str = "mana_language";
