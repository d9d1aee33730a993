//! What waits for an address.

use super::rows::{self, Row};
use crate::{
    context::Context,
    email::Email,
    error::Failure,
    ids::UserId,
    passwords::{self, NewPassword, Password, Proof},
};
use subtle::ConstantTimeEq as _;

/// What waits for an address, and what did until it was proven.
#[derive(Default)]
pub struct Waiting {
    rows: Vec<Row>,
}

/// What comparing a password showed.
pub struct Compared {
    /// Of the account.
    pub account: Proof,
    /// Whether the password is one of those that wait, or did.
    pub waits: bool,
}

/// The hash that another of this address is made beside: one of those that wait.
///
/// # Errors
///
/// Where storage fails.
pub async fn beside(ctx: &Context, email: &Email) -> Result<Option<String>, Failure> {
    if !ctx.settings.require_email_verification {
        return Ok(None);
    }
    let rows = rows::of_address(email.as_str(), ctx.now).await?;
    Ok(rows.into_iter().next().map(|row| row.password))
}

/// Hashes the password that an account of this address is to have, beside what waits for it.
///
/// # Errors
///
/// Where storage fails; `Overloaded` where the host has no room for another hash.
pub async fn hash(ctx: &Context, email: &Email, password: &NewPassword) -> Result<String, Failure> {
    let beside = beside(ctx, email).await?;
    passwords::hash(ctx, password, beside.as_deref()).await
}

impl Waiting {
    /// What waits for an address. Nothing, and nothing is read, where no address must be proven.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn of(ctx: &Context, email: Option<&Email>) -> Result<Self, Failure> {
        if !ctx.settings.require_email_verification {
            return Ok(Self::default());
        }
        let rows = rows::of_address(email.map_or("", Email::as_str), ctx.now).await?;
        Ok(Self { rows })
    }

    /// The hash that another of this address is made beside.
    #[must_use]
    pub fn beside(&self) -> Option<&str> {
        self.rows.first().map(|row| row.password.as_str())
    }

    /// What can still become an account.
    fn open(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.ended)
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Option<UserId> {
        self.open().next().map(|row| row.id)
    }

    /// Whether there is one with this id.
    #[must_use]
    pub fn has(&self, id: UserId) -> bool {
        self.open().any(|row| row.id == id)
    }

    /// The one that this browser has made, by what is stored of its newest registration of the address.
    #[must_use]
    pub(super) fn of_browser(&self, registered: &[u8; 32]) -> Option<&Row> {
        let is_of = |row: &&Row| {
            row.browser_hash.as_deref().is_some_and(|of_row| registered[..].ct_eq(of_row).into())
        };
        self.open().find(is_of)
    }

    /// The one with this password.
    ///
    /// # Errors
    ///
    /// `Overloaded` where the host has no room for another hash.
    pub(super) async fn with(&self, ctx: &Context, password: &Password) -> Result<Option<&Row>, Failure> {
        let hashes = self.open().map(|row| Some(row.password.clone())).collect();
        let proofs = passwords::check_all(ctx, password, hashes).await?;
        let proven = self.open().zip(proofs).find(|(_, proof)| *proof != Proof::Wrong);
        Ok(proven.map(|(row, _)| row))
    }

    /// Compares a password with that of the account, by its encoded hash, and with all that were registered. Where addresses must be proven, it costs
    /// one Argon2id hash whatever there is, and one as imports have them as long as anybody's password is one.
    ///
    /// # Errors
    ///
    /// `Overloaded` where the host has no room for another hash.
    pub async fn check(
        &self,
        ctx: &Context,
        password: &Password,
        account: Option<String>,
    ) -> Result<Compared, Failure> {
        let has_account = account.is_some();
        let is_ours = account.as_deref().is_none_or(is_ours);
        let waiting = self.rows.iter().map(|row| row.password.clone());
        let mut hashes: Vec<_> = account.into_iter().chain(waiting).map(Some).collect();
        if ctx.settings.require_email_verification {
            if !hashes.iter().flatten().any(|hash| self::is_ours(hash)) {
                hashes.push(None);
            }
            // Read whoever asks, so that the statements are the same.
            let imported = rows::imported().await?;
            hashes.extend(imported.filter(|_| is_ours).map(Some));
        } else if hashes.is_empty() {
            hashes.push(None);
        }
        let proofs = passwords::check_all(ctx, password, hashes).await?;
        let (of_account, others) = proofs.split_at_checked(usize::from(has_account)).unwrap_or_default();
        Ok(Compared {
            account: of_account.first().copied().unwrap_or(Proof::Wrong),
            waits: others.iter().take(self.rows.len()).any(|proof| *proof != Proof::Wrong),
        })
    }
}

/// Whether a hash is of our algorithm.
fn is_ours(encoded: &str) -> bool {
    encoded.starts_with(rows::ARGON2ID)
}
