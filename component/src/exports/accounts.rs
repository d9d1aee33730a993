use super::{
    Component,
    call::{context, context_for},
    import, types,
};
use crate::{
    accounts::{self, AppMetadata, By, Name, Picture as Address, ProfileUpdate, Registration},
    bindings::exports::mana::auth::accounts::{
        Client, Error, Guest, ImportOutcome, ImportedUser, NewUser, Picture, Place, Refusal, Role, SignedIn,
        User,
    },
    credentials::{self, Purpose},
    email::Email,
    error::{FieldProblem, LookupError},
    passwords::{NewPassword, Password},
    registrations::{self, Origin},
    sessions::{self, Caller, OldChain},
    time::Time,
};
use zeroize::Zeroizing;

impl Guest for Component {
    async fn register(new: NewUser, client: Client) -> Result<User, Refusal> {
        let ctx = context_for(&client).await?;
        let user = registrations::register(&ctx, registration(new, By::Stranger)?, Origin::default()).await?;
        Ok(types::user(user, ctx.now))
    }

    async fn update_profile(id: String, name: Option<String>, image: Picture) -> Result<User, Refusal> {
        let ctx = context().await?;
        let user = accounts::by_id(types::user_id(&id)?).await?.ok_or(LookupError::NotFound)?;
        let name = name.map(|name| Name::parse(&name)).transpose().map_err(FieldProblem::of("name"))?;
        let image = match image {
            Picture::Keep => Ok(None),
            Picture::Remove => Ok(Some(None)),
            Picture::Set(address) => Address::parse(&address).map(|address| Some(Some(address))),
        };
        let update = ProfileUpdate { name, image: image.map_err(FieldProblem::of("image"))?, language: None };
        Ok(types::user(accounts::update_profile(&ctx, user, update).await?, ctx.now))
    }

    async fn change_password(
        session: String,
        current: String,
        new: String,
        client: Client,
    ) -> Result<SignedIn, Refusal> {
        let ctx = context_for(&client).await?;
        let current =
            Password::parse(&Zeroizing::new(current)).map_err(FieldProblem::of("currentPassword"))?;
        let new = NewPassword::parse(&Zeroizing::new(new)).map_err(FieldProblem::of("newPassword"))?;
        let caller = sessions::by_session(&ctx, types::session_id(&session)?).await?;
        let proof =
            credentials::reauthenticate(&ctx, &caller.user, &current, Purpose::PasswordChange).await?;
        let changed = credentials::change_password(&ctx, &caller, proof, &new, OldChain::LeadsOn).await?;
        Ok(types::signed_in(changed, ctx.now))
    }

    async fn close(session: String, password: String, client: Client) -> Result<(), Refusal> {
        let ctx = context_for(&client).await?;
        let password = Password::parse(&Zeroizing::new(password)).map_err(FieldProblem::of("password"))?;
        let Caller { user, .. } = sessions::by_session(&ctx, types::session_id(&session)?).await?;
        let proof = credentials::reauthenticate(&ctx, &user, &password, Purpose::AccountDeletion).await?;
        Ok(credentials::delete_account(&ctx, &user, proof).await?)
    }

    async fn create(new: NewUser) -> Result<User, Error> {
        let ctx = context().await?;
        let user = registrations::register(&ctx, registration(new, By::Operator)?, Origin::default()).await?;
        Ok(types::user(user, ctx.now))
    }

    async fn import(users: Vec<ImportedUser>, is_trial: bool) -> Result<Vec<ImportOutcome>, Error> {
        import::import(&context().await?, users, is_trial).await
    }

    async fn get(id: String) -> Result<User, Error> {
        let ctx = context().await?;
        let user = accounts::by_id(types::user_id(&id)?).await?;
        user.map(|user| types::user(user, ctx.now)).ok_or(Error::NotFound)
    }

    async fn find(email: String) -> Result<User, Error> {
        let ctx = context().await?;
        let email = Email::parse(&email).map_err(FieldProblem::of("email"))?;
        Ok(types::user(accounts::find(&email).await?, ctx.now))
    }

    async fn list(limit: u32, before: Option<Place>) -> Result<Vec<User>, Error> {
        let ctx = context().await?;
        let place = |Place { created_at, id }: Place| -> Result<_, LookupError> {
            Ok(accounts::Place { created_at: Time::from_millis(created_at), id: types::user_id(&id)? })
        };
        let before = before.map(place).transpose()?;
        let users = accounts::list(limit, before).await?;
        Ok(users.into_iter().map(|user| types::user(user, ctx.now)).collect())
    }

    async fn delete(id: String) -> Result<(), Error> {
        let ctx = context().await?;
        Ok(accounts::delete_by_operator(&ctx, types::user_id(&id)?).await?)
    }

    async fn unlock(id: String) -> Result<bool, Error> {
        let ctx = context().await?;
        Ok(accounts::unlock(&ctx, types::user_id(&id)?, "operator").await?)
    }

    async fn set_role(id: String, role: Role) -> Result<User, Error> {
        let ctx = context().await?;
        Ok(types::user(accounts::set_role(&ctx, types::user_id(&id)?, types::role(role)).await?, ctx.now))
    }

    async fn ban(id: String, reason: String, until: Option<u64>) -> Result<User, Error> {
        let ctx = context().await?;
        let reason = Name::parse(&reason).map_err(FieldProblem::of("reason"))?;
        let until = until.map(Time::from_millis);
        if until.is_some_and(|until| until <= ctx.now) {
            return Err(FieldProblem::new("until", "must be in the future").into());
        }
        Ok(types::user(accounts::ban(&ctx, types::user_id(&id)?, &reason, until, "operator").await?, ctx.now))
    }

    async fn unban(id: String) -> Result<User, Error> {
        let ctx = context().await?;
        Ok(types::user(accounts::unban(&ctx, types::user_id(&id)?, "operator").await?, ctx.now))
    }

    async fn set_email(id: String, email: String) -> Result<User, Error> {
        let ctx = context().await?;
        let email = Email::parse(&email).map_err(FieldProblem::of("email"))?;
        Ok(types::user(accounts::set_email(&ctx, types::user_id(&id)?, email, "operator").await?, ctx.now))
    }

    async fn verify_email(id: String) -> Result<User, Error> {
        let ctx = context().await?;
        Ok(types::user(accounts::verify_email(&ctx, types::user_id(&id)?, "operator").await?, ctx.now))
    }

    async fn reset_link(id: String) -> Result<String, Error> {
        let ctx = context().await?;
        Ok(credentials::reset_link(&ctx, types::user_id(&id)?).await?)
    }

    async fn set_app_metadata(id: String, metadata: String) -> Result<User, Error> {
        let ctx = context().await?;
        let id = types::user_id(&id)?;
        let metadata = AppMetadata::parse(&metadata).map_err(FieldProblem::of("appMetadata"))?;
        Ok(types::user(accounts::set_app_metadata(&ctx, id, metadata, "operator").await?, ctx.now))
    }
}

fn registration(new: NewUser, by: By) -> Result<Registration, FieldProblem> {
    let NewUser { email, password, name } = new;
    Ok(Registration {
        email: Email::parse(&email).map_err(FieldProblem::of("email"))?,
        password: NewPassword::parse(&Zeroizing::new(password)).map_err(FieldProblem::of("password"))?,
        name: Name::parse(&name).map_err(FieldProblem::of("name"))?,
        by,
    })
}
