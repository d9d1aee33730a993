//! Passwords, by NIST SP 800-63B-4 §3.1.1: length and strength, no rules of composition.

use crate::{
    bindings::mana::auth::passwords::{self, Behalf, Verdict},
    context::{Client, Context},
    email::Email,
    error::{Bug, Failure, FieldProblem, InputError},
    platform::Level,
};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Passwords shorter than this are refused, in characters.
const SHORTEST: usize = 12;
/// Passwords longer than this are refused, in characters.
const LONGEST: usize = 256;
const TOO_SHORT: &str = "must be at least 12 characters";
const TOO_LONG: &str = "must be at most 256 characters";
const MALFORMED: &str =
    "must be an Argon2id hash as a PHC string, a scrypt hash as Better Auth writes it, or a bcrypt hash";
const UNSUPPORTED: &str = "must be of version 19 and at most 256 MiB, 16 passes and 4 lanes (Argon2id), or of cost 4 to 14 (bcrypt)";
/// What an attacker who throttling holds to a few guesses a minute, or who stole the hashes, must be put to.
const GUESSES_LOG10: f64 = 8.0;

/// A password that someone claims to have set once. Not `Debug`, and wiped when dropped.
pub struct Password {
    /// In NFKC: what is hashed here.
    normal: Zeroizing<String>,
    /// As it was typed, where that differs: what others have hashed.
    typed: Option<Zeroizing<String>>,
}

/// A password that someone wants to set: 12 to 256 characters. Its strength is checked by [`acceptable`].
pub struct NewPassword(Password);

/// What comparing a password with an account's hash showed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is right.
    Right,
    /// It is right, and its hash should be replaced by one of today's cost.
    RightButOutdated,
    /// It is wrong, or there is no account or no password.
    Wrong,
}

impl Password {
    /// A password of 1 to 256 characters.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("must not be empty");
        }
        // Each character counted once, before normalization makes more of them.
        if text.chars().count() > LONGEST {
            return Err(TOO_LONG);
        }
        let normal: Zeroizing<String> = Zeroizing::new(text.nfkc().collect());
        let typed = (*normal != text).then(|| Zeroizing::new(text.to_owned()));
        Ok(Self { normal, typed })
    }
}

impl NewPassword {
    /// A password of 12 to 256 characters.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(TOO_SHORT);
        }
        let password = Password::parse(text)?;
        match password.normal.chars().count() {
            ..SHORTEST => Err(TOO_SHORT),
            SHORTEST..=LONGEST => Ok(Self(password)),
            _ => Err(TOO_LONG),
        }
    }
}

/// Refuses a password that is too easy to guess for someone who knows the owner and the service, with advice.
///
/// # Errors
///
/// `Invalid` for `field`, in words for people.
pub async fn acceptable(
    ctx: &Context,
    password: &NewPassword,
    field: &'static str,
    email: &Email,
    name: &str,
) -> Result<(), InputError> {
    let mut hints = vec![email.as_str().to_owned(), name.to_owned(), ctx.settings.service_name.clone()];
    hints.extend(email.as_str().split(['@', '.', '+', '-', '_']).map(ToOwned::to_owned));
    hints.extend(name.split_whitespace().map(ToOwned::to_owned));
    hints.retain(|hint| hint.chars().count() > 2);
    let estimate = passwords::strength(password.0.normal.to_string(), hints, behalf(ctx)).await;
    let estimate = estimate.map_err(Failure::from)?;
    if estimate.guesses_log10 >= GUESSES_LOG10 {
        return Ok(());
    }
    let mut advice = vec!["is too easy to guess.".to_owned()];
    advice.extend(estimate.warning);
    advice.extend(estimate.suggestions);
    Err(FieldProblem::new(field, advice.join(" ")).into())
}

/// Hashes a password to be stored: with the salt and parameters of the Argon2id hash `beside`, where a sign-in compares with both.
///
/// # Errors
///
/// `Overloaded` where the host has no room for another hash.
pub async fn hash(ctx: &Context, password: &NewPassword, beside: Option<&str>) -> Result<String, Failure> {
    rehash(ctx, &password.0, beside).await
}

/// Hashes a password that was just proven right, at today's cost, or `beside` another.
///
/// # Errors
///
/// `Overloaded` where the host has no room for another hash.
pub async fn rehash(ctx: &Context, password: &Password, beside: Option<&str>) -> Result<String, Failure> {
    let (password, parameters) = (password.normal.to_string(), ctx.settings.password_parameters);
    Ok(passwords::hash(password, parameters, beside.map(ToOwned::to_owned), behalf(ctx)).await?)
}

/// Whether a hash that others have made can be compared with.
///
/// # Errors
///
/// What is wrong with it, in words for people; `Overloaded`.
pub async fn supported(encoded: &str, field: &'static str) -> Result<(), InputError> {
    match passwords::supports(encoded.to_owned()).await {
        Ok(()) => Ok(()),
        Err(passwords::Error::MalformedHash) => Err(FieldProblem::new(field, MALFORMED).into()),
        Err(passwords::Error::UnsupportedParameters) => Err(FieldProblem::new(field, UNSUPPORTED).into()),
        Err(error) => Err(Failure::from(error).into()),
    }
}

/// Compares a password with an account's hash, as [`check_all`] does.
///
/// # Errors
///
/// `Overloaded` where the host has no room for another hash.
pub async fn check(ctx: &Context, password: &Password, encoded: Option<String>) -> Result<Proof, Failure> {
    let proofs = check_all(ctx, password, vec![encoded]).await?;
    Ok(proofs.first().copied().unwrap_or(Proof::Wrong))
}

/// Compares a password with hashes: in its normal form, and then as it was typed, which is what an import may have hashed.
/// What was typed decides how often, never the account. For a hash that is not there, or that can't be computed, it takes as long as for one
/// and says `Wrong`: what was imported badly must not tell that there is an account. Argon2id hashes that share salt and parameters cost one.
///
/// # Errors
///
/// `Overloaded` where the host has no room for another hash.
pub async fn check_all(
    ctx: &Context,
    password: &Password,
    encoded: Vec<Option<String>>,
) -> Result<Vec<Proof>, Failure> {
    let as_normal = compare(ctx, &password.normal, encoded.clone()).await?;
    let Some(typed) = password.typed.as_ref().filter(|_| as_normal.iter().all(|v| *v == Verdict::Mismatch))
    else {
        return Ok(as_normal.into_iter().map(proof_of_normal).collect());
    };
    let wrong = vec![Proof::Wrong; encoded.len()];
    // A guess has been compared. A client that hangs up before the second comparison must not get the attempt back.
    let as_typed = compare(ctx, typed, encoded).await;
    Ok(as_typed.map_or(wrong, |verdicts| verdicts.into_iter().map(proof_of_typed).collect()))
}

fn proof_of_normal(verdict: Verdict) -> Proof {
    match verdict {
        // Of a hash that saw a part, the rest may be a typing error: what is hashed anew must have been proven whole.
        Verdict::Match | Verdict::MatchInPart => Proof::Right,
        Verdict::MatchButOutdated => Proof::RightButOutdated,
        Verdict::Mismatch => Proof::Wrong,
    }
}

fn proof_of_typed(verdict: Verdict) -> Proof {
    match verdict {
        Verdict::Match | Verdict::MatchButOutdated => Proof::RightButOutdated,
        Verdict::MatchInPart => Proof::Right,
        Verdict::Mismatch => Proof::Wrong,
    }
}

async fn compare(
    ctx: &Context,
    password: &str,
    encoded: Vec<Option<String>>,
) -> Result<Vec<Verdict>, Failure> {
    let current = ctx.settings.password_parameters;
    let compared = passwords::verify(password.to_owned(), encoded, current, behalf(ctx)).await?;
    let verdict = |compared| match compared {
        Err(passwords::Error::MalformedHash | passwords::Error::UnsupportedParameters) => {
            ctx.log(Level::Error, "a stored password hash can't be computed", &[]);
            Ok(Verdict::Mismatch)
        }
        compared => Ok(compared?),
    };
    compared.into_iter().map(verdict).collect()
}

fn behalf(ctx: &Context) -> Behalf {
    let Client { request_id, known_device, .. } = &ctx.client;
    Behalf { request: request_id.clone(), network: ctx.client.network(), known_device: *known_device }
}

impl From<passwords::Error> for Failure {
    fn from(error: passwords::Error) -> Self {
        match error {
            passwords::Error::Busy => Self::Overloaded,
            passwords::Error::UnsupportedParameters => Bug::Passwords("unsupported parameters").into(),
            passwords::Error::MalformedHash => Bug::Passwords("a stored hash is malformed").into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!(NewPassword::parse(&"é".repeat(12)).is_ok());
        assert!(NewPassword::parse(&"é".repeat(11)).is_err());
        assert!(NewPassword::parse(&"x".repeat(256)).is_ok());
        assert!(NewPassword::parse(&"x".repeat(257)).is_err());
        assert!(Password::parse("").is_err());
    }

    #[test]
    fn spellings_of_one_password_are_one() {
        let composed = Password::parse("caf\u{e9} \u{fb01}sh").unwrap();
        let decomposed = Password::parse("cafe\u{301} fish").unwrap();
        assert_eq!(*composed.normal, *decomposed.normal);
        assert_eq!(composed.typed.as_deref().map(String::as_str), Some("caf\u{e9} \u{fb01}sh"));
        assert!(Password::parse("caf\u{e9} fish").unwrap().typed.is_none());
    }
}
