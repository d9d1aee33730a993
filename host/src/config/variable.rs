//! Environment variables.

/// The prefix of environment variables. It is ours alone: an unknown name behind it is an error.
pub const PREFIX: &str = "MANA_AUTH_";
