//! The languages, and which one somebody reads.

use serde::{Deserialize, Serialize};

/// A language that mails and pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As BCP 47 writes it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The one of this tag, or of the language that the tag begins with.
    #[must_use]
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The best that an `Accept-Language` (RFC 9110 §12.5.4) asks for; English where it asks for none of ours. Of a field that is very
    /// long, the beginning counts.
    #[must_use]
    pub fn accepted(field: &str) -> Self {
        let ranges = field.split(',').take(RANGES).filter_map(|range| {
            let (tag, quality) = match range.split_once(';') {
                Some((tag, parameter)) => (tag, quality(parameter)?),
                None => (range, 1000),
            };
            let language = Self::named(tag.trim())?;
            (quality > 0).then_some((language, quality))
        });
        // Of two that are as good, the first.
        ranges
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map(|(language, _)| language)
            .unwrap_or_default()
    }
}

/// The most ranges of a field that are looked at.
const RANGES: usize = 32;

/// A weight in thousandths (RFC 9110 §12.4.2).
fn quality(parameter: &str) -> Option<u32> {
    let value = parameter.trim().strip_prefix("q=")?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u32 = format!("{fraction:0<3}").parse().ok().filter(|_| is_digits)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_best_of_those_that_are_asked_for() {
        for (field, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,de;q=0.9", Language::English),
            ("fr,de;q=0.5,en;q=0.4", Language::German),
            ("en;q=0.2,de;q=0.3", Language::German),
            ("de;q=0,en;q=0.1", Language::English),
            ("DE", Language::German),
            ("fr", Language::English),
            ("", Language::English),
            ("*", Language::English),
            ("de;q=2,en;q=nonsense", Language::English),
            ("de;q=1.000", Language::German),
            ("den, dev", Language::English),
            (&"de,".repeat(100_000), Language::German),
        ] {
            assert_eq!(Language::accepted(field), language, "{}", field.get(..40).unwrap_or(field));
        }
        for language in Language::ALL {
            assert_eq!(Language::named(language.tag()), Some(language));
        }
    }
}
