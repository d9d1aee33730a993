//! Whether somebody whom the auth service knows may come to a path.

use crate::{config::Config, identity::Given, path::Path, rejection::Rejection};

/// Judges it. A proof is asked only of those whose role would let them in.
///
/// # Errors
///
/// `Role` or `StepUp`.
pub fn admit(config: &Config, given: &Given, path: Path<'_>, is_chained: bool) -> Result<(), Rejection> {
    let role = given.identity.role.to_str().map_err(|_| Rejection::Role)?;
    let is_spoken_of = !is_chained || config.roles.speak_of(path);
    if !is_spoken_of || !config.roles.admit(path, role) {
        return Err(Rejection::Role);
    }
    match config.max_ages.on(path, is_chained) {
        Some(max_age) if !given.proof.is_within(max_age) => Err(Rejection::StepUp(max_age)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::Identity, proof};
    use http::HeaderValue;

    fn judge(role: &'static str, age: u64, target: &str, is_chained: bool) -> Result<(), Rejection> {
        let value = |name| match name {
            "guard_audience" => Some("app"),
            "guard_sign_in" => Some("/login"),
            "guard_roles" => Some("/admin=admin,/app=user|admin,/open=user"),
            "guard_max_age_minutes" => Some("/admin=10,/app/keys=5"),
            "guard_public" | "guard_trusted_origins" => Some(""),
            _ => None,
        };
        let config = Config::read(value).expect("a configuration");
        let token = proof::token(1_000_000, 1_000_000 - age);
        let given = Given {
            identity: Identity {
                id: HeaderValue::from_static("1"),
                email: HeaderValue::from_static("ada@example.com"),
                email_verified: true,
                role: HeaderValue::from_static(role),
            },
            proof: proof::Proof::in_answer(&token).expect("a proof"),
            token: HeaderValue::from_str(&token).expect("a value"),
        };
        admit(&config, &given, Path::of(target).expect(target), is_chained)
    }

    #[test]
    fn a_path_asks_for_a_role_and_then_for_a_proof() {
        for (role, age, target, judged) in [
            ("admin", 600, "/admin", Ok(())),
            ("admin", 601, "/admin/x", Err(Rejection::StepUp(600))),
            ("user", 601, "/admin", Err(Rejection::Role)),
            ("user", 300, "/app/keys", Ok(())),
            ("user", 301, "/app/keys", Err(Rejection::StepUp(300))),
            ("user", 301, "/APP/KEYS", Err(Rejection::StepUp(300))),
            ("user", 301, "/app/keystone", Ok(())),
            ("user", 999_999, "/x", Ok(())),
        ] {
            assert_eq!(judge(role, age, target, false), judged, "{role} {age} {target}");
        }
    }

    #[test]
    fn another_component_does_not_get_round_a_rule() {
        assert_eq!(judge("user", 0, "/keys", true), Err(Rejection::Role));
        assert_eq!(judge("user", 301, "/open", true), Err(Rejection::StepUp(300)));
        assert_eq!(judge("user", 300, "/open", true), Ok(()));
    }
}
