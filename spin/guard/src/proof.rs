//! How lately somebody proved who they are, as the auth service sees it.

use mana_auth_tokens::{Claims, unverified};

/// A proof, at the moment that the auth service was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// How long ago, in seconds; none where it lies ahead, as after a clock was put back: it counts as none.
    age: Option<u64>,
}

/// How far a proof may lie ahead, in seconds: instances of the auth service may run on several machines.
const SKEW: u64 = 60;

impl Proof {
    /// The proof that a token tells of, which the auth service has just made. It came from the service itself, so nobody
    /// else's signature is to be feared; and it tells the service's own time, so no clock is to be compared with it.
    #[must_use]
    pub fn in_answer(token: &str) -> Option<Self> {
        let Claims { iat: now, auth_time, .. } = unverified(token)?;
        let is_past = auth_time <= now.saturating_add(SKEW);
        Some(Self { age: is_past.then(|| now.saturating_sub(auth_time)) })
    }

    /// Whether it is no older than so many seconds.
    #[must_use]
    pub fn is_within(self, max_age: u64) -> bool {
        self.age.is_some_and(|age| age <= max_age)
    }
}

/// A token as the auth service makes them.
#[cfg(test)]
pub(crate) fn token(now: u64, auth_time: u64) -> String {
    mana_auth_tokens::SigningKey::from_seed([7; 32]).sign(&Claims {
        sub: "1".into(),
        email: "ada@example.com".into(),
        email_verified: true,
        role: "admin".into(),
        sid: "2".into(),
        iss: "https://id.example".into(),
        aud: "app".into(),
        iat: now,
        exp: now.saturating_add(60),
        pos: "0.0".into(),
        auth_time,
        amr: vec!["pwd".into()],
        own: serde_json::Map::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_no_older_than_it_may_be_and_not_of_the_future() {
        for (auth_time, is_enough) in [
            (1000, true),
            (400, true),
            (399, false),
            (1060, true),
            (1061, false),
            (u64::MAX, false),
            (0, false),
        ] {
            let proof = Proof::in_answer(&token(1000, auth_time)).expect("a token");
            assert_eq!(proof.is_within(600), is_enough, "{auth_time}");
        }
        assert_eq!(Proof::in_answer("a.b.c"), None);
    }
}
