//! What there is to say of a key of the configuration.

/// Whom a key concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The host.
    Host,
    /// Our host, and what stands in for it on Spin.
    AnyHost,
    /// The component, on whatever host.
    Component,
    /// What stands in for our host on Spin.
    Spin,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A string.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number in the stated unit, within bounds.
    Integer {
        /// What is counted.
        unit: &'static str,
        /// The least allowed.
        min: u64,
        /// The most allowed.
        max: u64,
    },
    /// An array of strings in a file; joined by `,` elsewhere.
    List,
    /// A file or folder, relative to the working directory.
    Path,
    /// A string that is never shown.
    Secret,
    /// A list that is never shown.
    SecretList,
}

impl ValueKind {
    /// Whether the value must never be shown.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretList)
    }

    /// The kind in a word or two, for the documentation.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Bool => "bool".into(),
            Self::Integer { unit, min, max } => format!("{unit}, {min} to {max}"),
            Self::List => "list".into(),
            Self::Path => "path".into(),
            Self::Secret => "secret".into(),
            Self::SecretList => "list of secrets".into(),
        }
    }
}

/// What holds where a key isn't set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This value.
    Value(&'static str),
    /// A value that depends on something else, as described.
    Derived(&'static str),
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct ConfigKey {
    /// Its name in a file; in the environment in upper case after `MANA_AUTH_`.
    pub name: &'static str,
    /// Whom it concerns.
    pub owner: Owner,
    /// What its value looks like.
    pub kind: ValueKind,
    /// What holds where it isn't set.
    pub default: Fallback,
    /// What it does and why it is as it is; empty but with the feature `reasons`.
    pub reason: &'static str,
}
