//! How lately somebody must have proven who they are, to come to a path (RFC 9470).

use crate::{
    path::{Path, Prefix},
    rules::{InvalidRule, Rules},
};

/// Rules such as `/transfer=10`, in minutes. Where none applies, a proof of any age suffices.
#[derive(Debug, Clone)]
pub struct MaxAges(Rules<u64>);

/// The longest age, in minutes: a day, as that of the auth service's own `step_up_minutes`.
const LONGEST: u64 = 24 * 60;

/// What is to be behind the `=`.
const VALUE: &str = "a rule is /path=minutes, from 1 to 1440";

impl MaxAges {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with one of them.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidRule> {
        let seconds = |text: &str| match text.trim().parse() {
            Ok(minutes @ 1..=LONGEST) => Ok(minutes * 60),
            _ => Err(VALUE),
        };
        Ok(Self(Rules::parse(rules, seconds)?))
    }

    /// How old a proof may be on a path, in seconds; none where that doesn't matter. Of a chained request, the path may
    /// lack its start: where no rule speaks of it, it may be any path, so that the strictest rule applies.
    #[must_use]
    pub fn on(&self, path: Path<'_>, is_chained: bool) -> Option<u64> {
        let strictest = || self.0.all().min().filter(|_| is_chained);
        self.0.about(path).min().or_else(strictest).copied()
    }

    /// Whether one of the rules could never be asked, because everybody may come to its paths.
    #[must_use]
    pub fn reach_into(&self, public: &[Prefix]) -> bool {
        self.0.reach_into(public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(rules: &[&str], target: &str, is_chained: bool) -> Option<u64> {
        let rules = MaxAges::parse(rules.iter().copied()).expect("rules");
        rules.on(Path::of(target).expect(target), is_chained)
    }

    #[test]
    fn the_longest_prefix_decides_and_the_stricter_case() {
        let rules = ["/account=1440", "/account/keys=5", "/Account/keys/list= 60"];
        for (target, seconds) in [
            ("/", None),
            ("/accounts", None),
            ("/account", Some(86_400)),
            ("/account/keys/x", Some(300)),
            ("/ACCOUNT/keys", Some(300)),
            ("/account/keys/list", Some(300)),
            ("/Account/keys/list", Some(3600)),
        ] {
            assert_eq!(on(&rules, target, false), seconds, "{target}");
        }
    }

    #[test]
    fn a_path_without_its_start_may_be_any() {
        let rules = ["/app/keys=5", "/app/x=60", "/x=10"];
        for (target, seconds) in [("/keys", Some(300)), ("/x", Some(600)), ("/app/x", Some(3600))] {
            assert_eq!(on(&rules, target, true), seconds, "{target}");
        }
        assert_eq!(on(&[], "/keys", true), None);
    }

    #[test]
    fn wrong_rules_are_refused() {
        for text in ["", "0", "1441", "-1", "1.5", "10m", "ten", "99999999999999999999", "5=5"] {
            let rule = format!("/x={text}");
            assert_eq!(MaxAges::parse([rule.as_str()]).err(), Some(InvalidRule::Value(VALUE)), "{rule}");
        }
        assert_eq!(MaxAges::parse(["/x"]).err(), Some(InvalidRule::Form));
    }
}
