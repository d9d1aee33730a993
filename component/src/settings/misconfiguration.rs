//! What is wrong with the settings.

/// A key whose value is wrong, and why. Never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misconfiguration {
    /// The key's name.
    pub key: String,
    /// For example `must be a whole number from 1 to 1000`.
    pub problem: String,
}
