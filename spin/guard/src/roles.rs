//! Which roles a path asks for.

use crate::{
    path::{Path, Prefix},
    rules::{InvalidRule, Rules},
};

/// Rules such as `/admin=admin,/ops=admin|service`. Where none applies, every role may come.
#[derive(Debug, Clone)]
pub struct Roles(Rules<Vec<&'static str>>);

/// The roles that the auth service gives: with any other word, a rule would admit nobody, or fewer than its author thinks.
const KNOWN: [&str; 3] = ["user", "admin", "service"];

/// What is to be behind the `=`.
const VALUE: &str = "a rule is /path=role or /path=role|role, and a role is 'user', 'admin' or 'service'";

impl Roles {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with one of them.
    pub fn parse<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidRule> {
        let known = |role: &str| KNOWN.into_iter().find(|known| *known == role.trim()).ok_or(VALUE);
        Ok(Self(Rules::parse(rules, |roles| roles.split('|').map(known).collect())?))
    }

    /// Whether someone with this role may come to the path.
    #[must_use]
    pub fn admit(&self, path: Path<'_>, role: &str) -> bool {
        self.0.about(path).all(|roles| roles.contains(&role))
    }

    /// Whether a rule speaks of the path at all; where there is none, every path is spoken of.
    #[must_use]
    pub fn speak_of(&self, path: Path<'_>) -> bool {
        self.0.all().next().is_none() || self.0.about(path).next().is_some()
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
        assert!(Roles::parse([]).expect("rules").speak_of(Path::of("/x").expect("a path")));
    }

    #[test]
    fn a_rule_for_everything_is_the_least_precise() {
        assert!(!admit(&["/=admin", "/open=user"], "/x", "user"));
        assert!(admit(&["/=admin", "/open=user"], "/open", "user"));
        assert!(!admit(&["/=admin", "/open=user"], "/open", "admin"));
    }

    #[test]
    fn wrong_rules_are_refused() {
        for rule in
            ["/admin=", "/admin=admin|", "/admin=Admin", "/admin=admin=user", "/admin=administrator|admin"]
        {
            assert_eq!(Roles::parse([rule]).err(), Some(InvalidRule::Value(VALUE)), "{rule}");
        }
        assert_eq!(Roles::parse(["/admin"]).err(), Some(InvalidRule::Form));
    }
}
