//! The text of a value, by its key's kind. No problem quotes it: it may be secret.

use crate::ValueKind;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Of another type than the key takes.
    #[error("must be {0}")]
    Type(&'static str),
    /// A number outside its bounds.
    #[error("must be {min} to {max} {unit}")]
    Range {
        /// The least allowed.
        min: u64,
        /// The most allowed.
        max: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// A character that can't be seen, such as a line break.
    #[error("must not contain control characters, such as line breaks")]
    Control,
}

/// The text in its normal form: without blanks and line breaks at the ends, as files, pipes and variables leave them, the items of a list
/// too; booleans as `true` or `false`. None where nothing is left: empty is unset.
///
/// # Errors
///
/// See [`Problem`].
pub fn normal(kind: ValueKind, text: &str) -> Result<Option<String>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match kind {
        ValueKind::Bool => Ok(Some(boolean(text)?.to_string())),
        ValueKind::Integer { .. } => Ok(Some(integer(kind, text)?.to_string())),
        ValueKind::List | ValueKind::SecretList => {
            let items: Vec<&str> = items(text).collect();
            items.iter().try_for_each(|item| visible(item))?;
            Ok(Some(items.join(",")).filter(|joined| !joined.is_empty()))
        }
        ValueKind::Text | ValueKind::Path => visible(text).map(|()| Some(text.to_owned())),
        // Whoever parses it knows what may stand in it, and says so without it.
        ValueKind::Secret => Ok(Some(text.to_owned())),
    }
}

/// A boolean in one of its usual forms.
///
/// # Errors
///
/// Where it is none.
pub fn boolean(text: &str) -> Result<bool, Problem> {
    let is = |forms: &[&str]| forms.iter().any(|form| text.eq_ignore_ascii_case(form));
    if is(&["true", "1", "yes", "on"]) {
        Ok(true)
    } else if is(&["false", "0", "no", "off"]) {
        Ok(false)
    } else {
        Err(Problem::Type("true or false"))
    }
}

/// A whole number within the bounds of its kind.
///
/// # Errors
///
/// Where it is none, or out of bounds.
pub fn integer(kind: ValueKind, text: &str) -> Result<u64, Problem> {
    let number: u64 = text.trim().parse().map_err(|_| Problem::Type("a whole number"))?;
    match kind {
        ValueKind::Integer { unit, min, max } if !(min..=max).contains(&number) => {
            Err(Problem::Range { min, max, unit })
        }
        _ => Ok(number),
    }
}

/// The items of a list.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn visible(text: &str) -> Result<(), Problem> {
    if text.chars().any(char::is_control) { Err(Problem::Control) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: ValueKind = ValueKind::Integer { unit: "seconds", min: 60, max: 3600 };

    #[test]
    fn what_stands_around_a_value_is_no_part_of_it() {
        for (kind, text, expected) in [
            (ValueKind::Text, " https://a.example\r\n", "https://a.example"),
            (ValueKind::Path, "./data\n", "./data"),
            (ValueKind::Secret, "\tx\n", "x"),
            (ValueKind::List, " a , ,b\n,", "a,b"),
            (ValueKind::Bool, " True ", "true"),
            (ValueKind::Bool, "0", "false"),
            (ValueKind::Bool, "ON", "true"),
            (SECONDS, " 60\n", "60"),
        ] {
            assert_eq!(normal(kind, text), Ok(Some(expected.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn empty_is_unset() {
        for kind in [
            ValueKind::Text,
            ValueKind::Path,
            ValueKind::Secret,
            ValueKind::List,
            ValueKind::SecretList,
            ValueKind::Bool,
            SECONDS,
        ] {
            assert_eq!(normal(kind, " \n"), Ok(None));
        }
        assert_eq!(normal(ValueKind::List, " , "), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (kind, text, expected) in [
            (ValueKind::Text, "a\nb", Problem::Control),
            (ValueKind::List, "a,b\u{0}c", Problem::Control),
            (ValueKind::Bool, "maybe", Problem::Type("true or false")),
            (SECONDS, "-1", Problem::Type("a whole number")),
            (SECONDS, "59", Problem::Range { min: 60, max: 3600, unit: "seconds" }),
        ] {
            assert_eq!(normal(kind, text), Err(expected), "{text:?}");
        }
    }
}
