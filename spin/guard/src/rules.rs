//! Rules about paths, such as `/admin=admin`: a path, and what it asks for.

use crate::path::{InvalidPrefix, Path, Prefix};

/// Rules of one kind. Where none applies to a path, it asks for nothing.
#[derive(Debug, Clone)]
pub struct Rules<T>(Vec<Rule<T>>);

#[derive(Debug, Clone)]
struct Rule<T> {
    prefix: Prefix,
    asks: T,
}

/// Why something is no rule, in words for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// No `=`.
    #[error("a rule is /path=value")]
    Form,
    /// What is behind the `=`, and what is to be there.
    #[error("{0}")]
    Value(&'static str),
    /// Two rules for one path.
    #[error("two rules have the same path")]
    Twice,
    /// The path.
    #[error(transparent)]
    Path(#[from] InvalidPrefix),
}

impl<T> Rules<T> {
    /// Reads rules. `value` reads what is behind the `=`, or says what is to be there.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with one of them.
    pub fn parse<'a>(
        rules: impl IntoIterator<Item = &'a str>,
        value: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Self, InvalidRule> {
        let mut read: Vec<Rule<T>> = Vec::new();
        for text in rules {
            let (path, asks) = text.split_once('=').ok_or(InvalidRule::Form)?;
            let prefix = Prefix::parse(path.trim())?;
            if read.iter().any(|other| other.prefix == prefix) {
                return Err(InvalidRule::Twice);
            }
            read.push(Rule { prefix, asks: value(asks).map_err(InvalidRule::Value)? });
        }
        Ok(Self(read))
    }

    /// What a path asks for, all of it: the rule with the longest prefix decides. So that an app that ignores case can't
    /// be entered past its rules, the rule that applies with case ignored counts too.
    pub fn about(&self, path: Path<'_>) -> impl Iterator<Item = &T> {
        let exactly = self.longest(|prefix| path.is_within(prefix));
        let ignoring_case = self.longest(|prefix| path.is_within_ignoring_case(prefix));
        exactly.into_iter().chain(ignoring_case)
    }

    /// What any path asks for.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|rule| &rule.asks)
    }

    /// Whether one of the rules could never be asked, because everybody may come to its paths.
    #[must_use]
    pub fn reach_into(&self, public: &[Prefix]) -> bool {
        self.0.iter().any(|rule| public.iter().any(|public| rule.prefix.is_below(public)))
    }

    fn longest(&self, applies: impl Fn(&Prefix) -> bool) -> Option<&T> {
        let applying = self.0.iter().filter(|rule| applies(&rule.prefix));
        applying.max_by_key(|rule| rule.prefix.precision()).map(|rule| &rule.asks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rules: &[&str]) -> Result<Rules<String>, InvalidRule> {
        let value = |text: &str| if text.is_empty() { Err("something") } else { Ok(text.to_owned()) };
        Rules::parse(rules.iter().copied(), value)
    }

    #[test]
    fn the_longest_prefix_decides() {
        let rules = parse(&["/a=1", "/a/b=2", "/=0", "/A/c=3"]).expect("rules");
        for (target, asked) in [
            ("/", ["0", "0"]),
            ("/ab", ["0", "0"]),
            ("/a", ["1", "1"]),
            ("/a/b/x", ["2", "2"]),
            ("/a/B", ["1", "2"]),
            ("/a/c", ["1", "3"]),
        ] {
            let path = Path::of(target).expect(target);
            assert_eq!(rules.about(path).collect::<Vec<_>>(), asked, "{target}");
        }
        assert_eq!(rules.all().count(), 4);
        assert_eq!(parse(&[]).expect("rules").about(Path::of("/").expect("a path")).count(), 0);
    }

    #[test]
    fn rules_about_public_paths_are_noticed() {
        let rules = parse(&["/admin=1"]).expect("rules");
        let public = |text| [Prefix::parse(text).expect("a prefix")];
        assert!(rules.reach_into(&public("/Admin")) && !rules.reach_into(&public("/admin/help")));
    }

    #[test]
    fn wrong_rules_are_refused() {
        for (rules, error) in [
            (vec!["/a"], InvalidRule::Form),
            (vec!["/a="], InvalidRule::Value("something")),
            (vec!["a=1"], InvalidRule::Path(InvalidPrefix)),
            (vec!["/a/...=1"], InvalidRule::Path(InvalidPrefix)),
            (vec!["/a/*=1"], InvalidRule::Path(InvalidPrefix)),
            (vec!["/a=1", "/a=2"], InvalidRule::Twice),
        ] {
            assert_eq!(parse(&rules).err(), Some(error), "{rules:?}");
        }
    }
}
