//! `mana-auth user`: accounts and their sessions.

mod import;
mod rows;

use super::{
    args::User as Command,
    console,
    failure::{CommandError, Failure},
    password,
    prepare::{Database, started},
    sealing::Sealing,
};
use mana_auth::{
    BuildError, Instance,
    bindings::{
        Auth,
        exports::mana::auth::accounts::{self, NewUser, Place, Role, User},
    },
    clock::{Clock as _, SystemClock},
    config::Config,
    imports::HostState,
    storage::cut_log,
};
use serde_json::Value;
use wasmtime::component::Accessor;

/// The most that `accounts.list` gives at once.
const PAGE: u32 = 200;

/// A day, in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Does what the command says.
pub async fn run(config: Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create { email, name, role } => create(config, email, name, role.into()).await,
        Command::Import { file, dry_run } => import::import(config, &file, dry_run).await,
        Command::List { limit, before, json } => list(config, limit, before, json).await,
        Command::Show { user, json } => show(config, &user, json).await,
        Command::Ban { user, reason, days } => ban(config, &user, reason, days).await,
        Command::Unban { user } => unban(config, &user).await,
        Command::SetEmail { user, email } => set_email(config, &user, email).await,
        Command::VerifyEmail { user } => verify_email(config, &user).await,
        Command::SetRole { user, role } => set_role(config, &user, role.into()).await,
        Command::SetMetadata { user, metadata } => set_metadata(config, &user, metadata).await,
        Command::Sessions { user, json } => sessions(config, &user, json).await,
        Command::ResetLink { user } => reset_link(config, &user).await,
        Command::Unlock { user } => unlock(config, &user).await,
        Command::Erase { user, email } => erase(config, &user, email).await,
        Command::Revoke { user, session: Some(session) } => revoke(config, &user, session).await,
        Command::Revoke { user, session: None } => revoke_all(config, &user).await,
    }
}

async fn create(config: Config, email: String, name: String, role: Role) -> Result<(), Failure> {
    let password = password::read_new()?;
    let mut instance = started(config, Database::MayBeNew).await?;
    let new = NewUser { email, password: password.to_string(), name };
    let mut user = instance
        .run(async |accessor, auth| auth.mana_auth_accounts().call_create(accessor, new).await)
        .await??;
    if role != Role::User {
        user = change_role(&mut instance, user.id, role).await?;
    }
    console::print(&rows::users(&[user]))
}

async fn list(config: Config, limit: u32, before: Option<String>, json: bool) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let mut before = match before {
        Some(id) => Some(place(&find(&mut instance, &id).await?)),
        None => None,
    };
    let mut all = Vec::new();
    let mut left = limit;
    while left > 0 {
        let (wanted, from) = (left.min(PAGE), before.take());
        let page = instance
            .run(async |accessor, auth| auth.mana_auth_accounts().call_list(accessor, wanted, from).await)
            .await??;
        let came = u32::try_from(page.len()).unwrap_or(u32::MAX);
        before = page.last().map(place);
        all.extend(page);
        left = if came < wanted { 0 } else { left.saturating_sub(came) };
    }
    if json {
        return console::line(&Value::from_iter(all.iter().map(rows::user_json)).to_string());
    }
    console::print(&rows::users(&all))
}

/// Where the next page begins. Whoever stands there may be deleted before it is asked for.
fn place(user: &User) -> Place {
    Place { created_at: user.created_at, id: user.id.clone() }
}

async fn set_role(config: Config, user: &str, role: Role) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let user = change_role(&mut instance, user.id, role).await?;
    console::print(&rows::users(&[user]))
}

async fn reset_link(config: Config, user: &str) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let id = find(&mut instance, user).await?.id;
    let link = instance
        .run(async |accessor, auth| auth.mana_auth_accounts().call_reset_link(accessor, id).await)
        .await??;
    console::line(&link)
}

async fn set_metadata(config: Config, user: &str, metadata: String) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let id = find(&mut instance, user).await?.id;
    let user = instance
        .run(async |accessor, auth| {
            auth.mana_auth_accounts().call_set_app_metadata(accessor, id, metadata).await
        })
        .await??;
    console::print(&rows::users(&[user]))
}

async fn sessions(config: Config, user: &str, json: bool) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let sessions = instance
        .run(async |accessor, auth| auth.mana_auth_sessions_read().call_list(accessor, user.id).await)
        .await??;
    if json {
        return console::line(&Value::from_iter(sessions.iter().map(rows::session_json)).to_string());
    }
    console::print(&rows::sessions(&sessions))
}

async fn show(config: Config, user: &str, json: bool) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let id = user.id.clone();
    let sessions = instance
        .run(async |accessor, auth| auth.mana_auth_sessions_read().call_list(accessor, id).await)
        .await??;
    if json {
        let mut shown = rows::user_json(&user);
        if let Value::Object(members) = &mut shown {
            let sessions = sessions.iter().map(rows::session_json);
            members.insert("sessions".to_owned(), Value::from_iter(sessions));
        }
        return console::line(&shown.to_string());
    }
    console::print(&rows::users(std::slice::from_ref(&user)))?;
    console::line(&format!("app metadata: {}", user.app_metadata))?;
    console::print(&rows::sessions(&sessions))
}

async fn ban(config: Config, user: &str, reason: String, days: Option<u16>) -> Result<(), Failure> {
    let until = days.map(|days| SystemClock::default().now() + u64::from(days) * DAY);
    change(config, user, async |accessor, auth, id| {
        auth.mana_auth_accounts().call_ban(accessor, id, reason, until).await
    })
    .await
}

async fn unban(config: Config, user: &str) -> Result<(), Failure> {
    change(config, user, async |accessor, auth, id| auth.mana_auth_accounts().call_unban(accessor, id).await)
        .await
}

async fn set_email(config: Config, user: &str, email: String) -> Result<(), Failure> {
    change(config, user, async |accessor, auth, id| {
        auth.mana_auth_accounts().call_set_email(accessor, id, email).await
    })
    .await
}

async fn verify_email(config: Config, user: &str) -> Result<(), Failure> {
    change(config, user, async |accessor, auth, id| {
        auth.mana_auth_accounts().call_verify_email(accessor, id).await
    })
    .await
}

/// Changes an account and prints it.
async fn change(
    config: Config,
    user: &str,
    call: impl AsyncFnOnce(&Accessor<HostState>, &Auth, String) -> wasmtime::Result<Result<User, accounts::Error>>,
) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let user = instance.run(async |accessor, auth| call(accessor, auth, user.id).await).await??;
    console::print(&rows::users(&[user]))
}

async fn revoke(config: Config, user: &str, session: String) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let id = session.clone();
    let found = instance
        .run(async |accessor, auth| auth.mana_auth_sessions_read().call_get(accessor, id).await)
        .await??;
    if found.user_id != user.id {
        return Err(Failure::Refused(CommandError::NoSession));
    }
    instance
        .run(async |accessor, auth| auth.mana_auth_sessions().call_revoke(accessor, session).await)
        .await??;
    console::line("1 session ended")
}

async fn revoke_all(config: Config, user: &str) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let ended = instance
        .run(async |accessor, auth| auth.mana_auth_sessions().call_revoke_all(accessor, user.id).await)
        .await??;
    console::line(&format!("{ended} {} ended", if ended == 1 { "session" } else { "sessions" }))
}

async fn unlock(config: Config, user: &str) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user = find(&mut instance, user).await?;
    let was_locked = instance
        .run(async |accessor, auth| auth.mana_auth_accounts().call_unlock(accessor, user.id).await)
        .await??;
    console::line(if was_locked { "unlocked" } else { "it was not locked" })
}

async fn erase(config: Config, user: &str, email: Option<String>) -> Result<(), Failure> {
    let database = config.database();
    let mut sealing = Sealing::started(config).await?;
    // An account that was deleted before left its events.
    let (id, email) = match find(&mut sealing.instance, user).await {
        // An address that can't be read was never signed in with.
        Ok(found) => {
            (found.id, Some(found.email).filter(|email| !email.contains(char::REPLACEMENT_CHARACTER)))
        }
        Err(Failure::Refused(CommandError::NoUser)) if !user.contains('@') => (user.to_owned(), email),
        Err(failure) => return Err(failure),
    };
    // The audit log first: where it can't be written, the account stays, and all of it can be done again.
    let before = erase_details(&mut sealing.instance, &id, email.as_deref()).await?;
    let id_of_account = id.clone();
    let deleted = sealing
        .instance
        .run(async |accessor, auth| auth.mana_auth_accounts().call_delete(accessor, id_of_account).await)
        .await?;
    match deleted {
        Ok(()) => console::line("1 account deleted")?,
        Err(accounts::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let erased = before + erase_details(&mut sealing.instance, &id, email.as_deref()).await?;
    sealing.keep().await?;
    if !cut_log(&database).map_err(BuildError::from)? {
        return Err(Failure::Refused(CommandError::LogInUse));
    }
    console::line(&format!("the details of {erased} {} erased", if erased == 1 { "event" } else { "events" }))
}

async fn erase_details(instance: &mut Instance, id: &str, email: Option<&str>) -> Result<u64, Failure> {
    let (id, email) = (id.to_owned(), email.map(ToOwned::to_owned));
    Ok(instance
        .run(async |accessor, auth| auth.mana_auth_audit().call_erase(accessor, id, email).await)
        .await??)
}

/// By address, or by id: an id holds no `@`.
pub async fn find(instance: &mut Instance, user: &str) -> Result<User, Failure> {
    let wanted = user.to_owned();
    let found = instance
        .run(async |accessor, auth| {
            let accounts = auth.mana_auth_accounts();
            if wanted.contains('@') {
                accounts.call_find(accessor, wanted).await
            } else {
                accounts.call_get(accessor, wanted).await
            }
        })
        .await??;
    Ok(found)
}

async fn change_role(instance: &mut Instance, id: String, role: Role) -> Result<User, Failure> {
    let changed = instance
        .run(async |accessor, auth| auth.mana_auth_accounts().call_set_role(accessor, id, role).await)
        .await??;
    Ok(changed)
}
