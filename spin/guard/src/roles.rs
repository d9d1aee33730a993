//! Which roles a path asks for.

use crate::path::{InvalidPrefix, Path, Prefix};

/// Rules such as `/admin=admin,/ops=admin|service`. Where none applies, every role may come.
#[derive(Debug, Clone, Default)]
pub struct Roles(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    prefix: Prefix,
    roles: Vec<&'static str>,
}

/// The roles that the auth service gives: with any other word, a rule would admit nobody, or fewer than its author thinks.
const KNOWN: [&str; 3] = ["user", "admin", "service"];

/// Why something is no rule, in words for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// No `=`.
    #[error("a rule is /path=role or /path=role|role")]
    Form,
    /// A word that is none of the auth service's roles, or none at all.
    #[error("a role is 'user', 'admin' or 'service'")]
    Role,
    /// Two rules for one path.
    #[error("two rules have the same path")]
    Twice,
    /// The path.
    #[error(transparent)]
    Path(#[from] InvalidPrefix),
}

impl Roles {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with one of them.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidRule> {
        let mut read: Vec<Rule> = Vec::new();
        for text in rules {
            let rule = rule(text)?;
            if read.iter().any(|other| other.prefix == rule.prefix) {
                return Err(InvalidRule::Twice);
            }
            read.push(rule);
        }
        Ok(Self(read))
    }

    /// Whether someone with this role may come to the path: the rule with the longest prefix decides. So that an app
    /// that ignores case can't be entered past its rules, the rule that applies with case ignored must admit them too.
    #[must_use]
    pub fn admit(&self, path: Path<'_>, role: &str) -> bool {
        [self.rule(|prefix| path.is_within(prefix)), self.rule(|prefix| path.is_within_ignoring_case(prefix))]
            .into_iter()
            .flatten()
            .all(|rule| rule.roles.contains(&role))
    }

    /// Whether a rule speaks of the path at all; where there is none, every path is spoken of.
    #[must_use]
    pub fn speak_of(&self, path: Path<'_>) -> bool {
        self.0.is_empty() || self.rule(|prefix| path.is_within_ignoring_case(prefix)).is_some()
    }

    /// Whether one of the rules could never be asked, because everybody may come to its paths.
    #[must_use]
    pub fn reach_into(&self, public: &[Prefix]) -> bool {
        self.0.iter().any(|rule| public.iter().any(|public| rule.prefix.is_below(public)))
    }

    fn rule(&self, applies: impl Fn(&Prefix) -> bool) -> Option<&Rule> {
        self.0.iter().filter(|rule| applies(&rule.prefix)).max_by_key(|rule| rule.prefix.precision())
    }
}

fn rule(text: &str) -> Result<Rule, InvalidRule> {
    let (path, roles) = text.split_once('=').ok_or(InvalidRule::Form)?;
    let prefix = Prefix::parse(path.trim())?;
    let known = |role: &str| KNOWN.into_iter().find(|known| *known == role.trim()).ok_or(InvalidRule::Role);
    Ok(Rule { prefix, roles: roles.split('|').map(known).collect::<Result<_, _>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(rules: &[&str], target: &str, role: &str) -> bool {
        let rules = Roles::parse(rules.iter().copied()).expect("rules");
        rules.admit(Path::of(target).expect(target), role)
    }

    #[test]
    fn the_longest_prefix_decides() {
        let rules = ["/admin=admin", "/admin/help=admin|user", "/ops=admin|service"];
        for (target, role, admitted) in [
            ("/", "user", true),
            ("/administer", "user", true),
            ("/admin", "user", false),
            ("/admin/x", "user", false),
            ("/admin/x", "admin", true),
            ("/admin/help/x", "user", true),
            ("/admin/helpers", "user", false),
            ("/ops", "service", true),
            ("/ops", "user", false),
            ("/ADMIN/x", "user", false),
            ("/ADMIN/x", "admin", true),
            ("/admin/HELP", "user", false),
        ] {
            assert_eq!(admit(&rules, target, role), admitted, "{target} {role}");
        }
    }

    #[test]
    fn rules_speak_of_what_they_cover() {
        let rules = Roles::parse(["/admin=admin"]).expect("rules");
        let speak_of = |target| rules.speak_of(Path::of(target).expect("a path"));
        assert!(speak_of("/admin/x") && speak_of("/ADMIN") && !speak_of("/x"));
        assert!(Roles::default().speak_of(Path::of("/x").expect("a path")));
        let public = |text| [Prefix::parse(text).expect("a prefix")];
        assert!(rules.reach_into(&public("/Admin")) && !rules.reach_into(&public("/admin/help")));
    }

    #[test]
    fn a_rule_for_everything_is_the_least_precise() {
        assert!(!admit(&["/=admin", "/open=user"], "/x", "user"));
        assert!(admit(&["/=admin", "/open=user"], "/open", "user"));
        assert!(!admit(&["/=admin", "/open=user"], "/open", "admin"));
    }

    #[test]
    fn wrong_rules_are_refused() {
        for (rule, error) in [
            ("/admin", InvalidRule::Form),
            ("/admin=", InvalidRule::Role),
            ("/admin=admin|", InvalidRule::Role),
            ("/admin=Admin", InvalidRule::Role),
            ("/admin=admin=user", InvalidRule::Role),
            ("/admin=administrator|admin", InvalidRule::Role),
            ("admin=admin", InvalidRule::Path(InvalidPrefix)),
            ("/admin/...=admin", InvalidRule::Path(InvalidPrefix)),
            ("/admin/*=admin", InvalidRule::Path(InvalidPrefix)),
        ] {
            assert_eq!(Roles::parse([rule]).err(), Some(error), "{rule}");
        }
        assert_eq!(Roles::parse(["/a=user", "/a=admin"]).err(), Some(InvalidRule::Twice));
    }
}
