//! `accounts.import`: each record becomes an account, and each outcome what is told of it.

use super::types;
use crate::{
    accounts::{self, AppMetadata, Ban, Imported, MOST, Name, Picture, User},
    bindings::exports::mana::auth::accounts::{Error, ImportOutcome, ImportedUser},
    context::Context,
    email::Email,
    error::{FieldProblem, InputError},
    ids::{self, UserId},
    passwords,
    time::{SKEW, Time},
};

/// Brings a batch, and tells of each record what became of it.
pub async fn import(
    ctx: &Context,
    users: Vec<ImportedUser>,
    is_trial: bool,
) -> Result<Vec<ImportOutcome>, Error> {
    if users.len() > MOST {
        return Err(FieldProblem::new("users", format!("must be at most {MOST}")).into());
    }
    let mut batch = Vec::with_capacity(users.len());
    // The problem of each invalid record. None: the record is in the batch.
    let mut wrong = Vec::with_capacity(users.len());
    for user in users {
        match read(ctx, user).await {
            Ok(imported) => {
                batch.push(imported);
                wrong.push(None);
            }
            Err(InputError::Invalid(problem)) => wrong.push(Some(problem)),
            Err(InputError::Failed(failure)) => return Err(failure.into()),
        }
    }
    let outcomes = accounts::import(ctx, &batch, is_trial).await?;
    let mut told = batch.into_iter().zip(outcomes).map(|(imported, outcome)| {
        let email: String = imported.user.email.as_str().to_owned();
        match outcome {
            accounts::Import::Added => ImportOutcome::Added(email),
            accounts::Import::Known => ImportOutcome::Known(email),
            accounts::Import::IdTaken => ImportOutcome::IdTaken,
            accounts::Import::EmailTaken(owner) => ImportOutcome::EmailTaken(owner),
        }
    });
    Ok(wrong
        .into_iter()
        .filter_map(|wrong| wrong.map(|wrong| ImportOutcome::Invalid(wrong.into())).or_else(|| told.next()))
        .collect())
}

async fn read(ctx: &Context, user: ImportedUser) -> Result<Imported, InputError> {
    let past = |field: &'static str, at: u64| {
        let at = Time::from_millis(at);
        let is_past = at <= ctx.now + SKEW;
        is_past.then_some(at).ok_or_else(|| FieldProblem::new(field, "must not be in the future"))
    };
    let image =
        user.image.map(|image| Picture::parse(&image)).transpose().map_err(FieldProblem::of("image"))?;
    let app_metadata = user.app_metadata.map(|object| AppMetadata::parse(&object)).transpose();
    let app_metadata = app_metadata.map_err(FieldProblem::of("appMetadata"))?.unwrap_or_default();
    app_metadata.ensure_fits_tokens(&ctx.settings.token_claims).map_err(FieldProblem::of("appMetadata"))?;
    let (ban, ban_reason) = match user.ban {
        None => (Ban::None, None),
        Some(ban) => {
            let reason = Name::parse(&ban.reason).map_err(FieldProblem::of("banReason"))?;
            (
                ban.until.map_or(Ban::Forever, |until| Ban::Until(Time::from_millis(until))),
                Some(reason.into()),
            )
        }
    };
    let imported = Imported {
        user: User {
            language: None,
            id: UserId::parse(&user.id).ok_or_else(|| FieldProblem::new("id", ids::PROBLEM))?,
            email: Email::parse(&user.email).map_err(FieldProblem::of("email"))?,
            name: Name::parse(&user.name).map_err(FieldProblem::of("name"))?.into(),
            image: image.map(Into::into),
            role: types::role(user.role),
            email_verified: user.email_verified,
            created_at: past("createdAt", user.created_at)?,
            updated_at: past("updatedAt", user.updated_at)?,
            ban,
            app_metadata,
        },
        ban_reason,
        password: user.password_hash,
    };
    if let Some(encoded) = &imported.password {
        passwords::supported(encoded, "passwordHash").await?;
    }
    Ok(imported)
}
