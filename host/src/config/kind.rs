//! The text of a value, checked against its key's kind.

use super::{error::Problem, keys::Kind};

/// The text in its normal form: secrets and list items trimmed, empty items left out.
pub(super) fn normal(kind: Kind, text: String) -> Result<String, Problem> {
    match kind {
        Kind::Secret if text.trim().is_empty() => Err(Problem::Empty),
        // Files and pipes end in a line break that nobody has typed.
        Kind::Secret => Ok(text.trim().to_owned()),
        Kind::Text | Kind::Path if text.is_empty() => Err(Problem::Empty),
        Kind::Text | Kind::Path => Ok(text),
        Kind::Bool if matches!(text.as_str(), "true" | "false") => Ok(text),
        Kind::Bool => Err(Problem::Type("true or false")),
        Kind::Integer { unit, min, max } => {
            let number: u64 = text.trim().parse().map_err(|_| Problem::Type("a whole number"))?;
            if (min..=max).contains(&number) {
                Ok(number.to_string())
            } else {
                Err(Problem::Range { min, max, unit })
            }
        }
        Kind::List | Kind::SecretList => Ok(items(&text).collect::<Vec<_>>().join(",")),
    }
}

/// The items of a list.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}
